"""Dividing money to the fen: the parts follow their weights as nearly as fen allow, and always add up to the whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from licensetrack.core.errors import Refused


def divide(amount: Decimal, weights: Mapping[str, int]) -> dict[str, Decimal]:
    """Part → its share of an amount in yuan, by the largest remainder (最大余额法).

    Each part gets its exact share rounded down to the fen; the fen that are left go one by one to the parts that lost
    most, among equals to the heavier and then the one that comes first by name. Nothing can be divided by no weight:
    the result is then empty. Raises Refused for a weight or an amount below zero.
    """
    if amount < 0 or any(weight < 0 for weight in weights.values()):
        raise Refused("Nothing below zero can be divided.")
    whole, fen = sum(weights.values()), int(amount * 100)
    if not whole:
        return {}
    shares = {part: fen * weight // whole for part, weight in weights.items()}
    lost = sorted(weights, key=lambda part: (-(fen * weights[part] % whole), -weights[part], part))
    for part in lost[: fen - sum(shares.values())]:
        shares[part] += 1
    return {part: Decimal(share).scaleb(-2) for part, share in shares.items()}
