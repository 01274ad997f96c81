"""Contract, ledger and what runs against each other, purely: three sides in, the differences out, each with its class.

CPUs of different products are never added. What runs is counted per platform and product from the newest scan; a
platform that nobody looked at for a product is no difference, it is unknown (`positions`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ONLY_OURS, ONLY_THEIRS, QUANTITY, DATE = "only_ours", "only_theirs", "quantity", "date"
EDITION, CORE_RULE, FINGERPRINT = "edition", "core_rule", "fingerprint"
KINDS = (ONLY_THEIRS, QUANTITY, CORE_RULE, DATE, FINGERPRINT, EDITION, ONLY_OURS)
HIGH, MEDIUM, LOW = "high", "medium", "low"
SEVERITIES = (HIGH, MEDIUM, LOW)
OPEN_CAP = "open"

Place = tuple[int, str]  # platform id, product


@dataclass(frozen=True)
class Host:
    """One server as a scan saw it; `cores` of each socket, 0 where nobody said."""

    id: int
    name: str
    sockets: int
    cores: int = 0
    vendor: str = ""
    edition: str = ""
    fingerprint: str = ""
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Deployed:
    """What the newest scan of a platform saw of one product; no hosts: it looked, and there were none."""

    platform_id: int
    unit_id: int
    product: str
    scan_id: int
    seen_on: dt.date
    hosts: tuple[Host, ...] = ()


@dataclass(frozen=True)
class Licensed:
    """A set as the ledger has it at the end of the day; temporary ones license as well. CPUs are 0 for sets' metric."""

    set_id: int
    number: str
    unit_id: int
    platform_id: int | None
    product: str
    kind: str
    issued_cpus: int
    imported_cpus: int = 0
    accepted_cpus: int = 0
    edition: str = ""
    fingerprint: str = ""
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Right:
    """An entitlement bought under a contract: its ceiling where it has one, and its last day."""

    entitlement_id: int
    product: str
    contract: str
    cap_rule: str = OPEN_CAP
    cap_cpus: int | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Sides:
    """All three sides as of a day. `core_rules`: (product, maker or "") → cores that one licence of a CPU covers.

    `floors`: product → CPUs that were promised to be in use, where somebody promised.
    """

    as_of: dt.date
    deployed: Sequence[Deployed] = ()
    licensed: Sequence[Licensed] = ()
    rights: Sequence[Right] = ()
    core_rules: Mapping[tuple[str, str], int] = field(default_factory=dict)
    floors: Mapping[str, int] = field(default_factory=dict)
    by_set: frozenset[str] = frozenset()  # products that are counted in sets


@dataclass(frozen=True)
class Found:
    """One difference. `key` names it from run to run; `quantity` is what runs less what is licensed, in CPUs."""

    key: str
    kind: str
    severity: str
    product: str
    unit_id: int | None = None
    platform_id: int | None = None
    set_id: int | None = None
    ours: str = ""
    theirs: str = ""
    quantity: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


def cores_covered(rules: Mapping[tuple[str, str], int], product: str, vendor: str) -> int:
    """How many cores of a CPU one licence covers: the maker's own rule before that of all; 0: there is none."""
    own = rules.get((product, plain(vendor))) if vendor else None
    return rules.get((product, ""), 0) if own is None else own


def counted_cpus(host: Host, covered: int) -> int:
    """CPUs that a host needs licences for: its sockets, each as often as its cores go into what one licence covers."""
    if not covered or host.cores <= covered:
        return host.sockets
    return host.sockets * -(-host.cores // covered)


def needed(sides: Sides, deployed: Deployed) -> int:
    """CPUs that what runs on a platform needs licences for."""
    rules, product = sides.core_rules, deployed.product
    return sum(counted_cpus(host, cores_covered(rules, product, host.vendor)) for host in deployed.hosts)


def compare(sides: Sides) -> list[Found]:
    """Every difference as of the day, the graver first."""
    sets: dict[Place, list[Licensed]] = {}
    for one in sides.licensed:
        if one.platform_id is not None:
            sets.setdefault((one.platform_id, one.product), []).append(one)
    found: list[Found] = []
    for seen in sides.deployed:
        held = sets.get((seen.platform_id, seen.product), [])
        found += _of_platform(sides, seen, sorted(held, key=lambda one: one.number))
    found += _of_contracts(sides)
    return sorted(found, key=lambda one: (SEVERITIES.index(one.severity), KINDS.index(one.kind), one.key))


def _of_platform(sides: Sides, seen: Deployed, held: Sequence[Licensed]) -> Iterable[Found]:
    where: dict[str, Any] = {"product": seen.product, "unit_id": seen.unit_id, "platform_id": seen.platform_id}
    facts = _facts(sides, seen, held)
    if not held:
        if seen.hosts:
            count = needed(sides, seen)
            yield Found(_key(ONLY_THEIRS, seen), ONLY_THEIRS, HIGH, theirs=str(count), quantity=count, facts=facts,
                        **where)  # fmt: skip
        return
    if not seen.hosts:
        for one in held:
            yield Found(
                _key(ONLY_OURS, seen, one.set_id), ONLY_OURS, MEDIUM, set_id=one.set_id, ours=str(one.issued_cpus),
                theirs="0", quantity=-one.issued_cpus, facts={**facts, "number": one.number}, **where,
            )  # fmt: skip
        return
    if seen.product not in sides.by_set:
        yield from _quantity(seen, held, facts)
    for one in held:
        yield from _of_set(sides, seen, one, facts)


def _quantity(seen: Deployed, held: Sequence[Licensed], facts: dict[str, Any]) -> Iterable[Found]:
    """By cores where the sockets alone would be covered; otherwise by number. Idle CPUs are the lesser evil."""
    licensed, sockets, count = facts["issued"], facts["sockets"], facts["needed"]
    if count == licensed:
        return
    kind = CORE_RULE if sockets <= licensed < count else QUANTITY
    yield Found(
        _key(kind, seen), kind, HIGH if count > licensed else LOW, seen.product, seen.unit_id, seen.platform_id,
        held[0].set_id if len(held) == 1 else None, str(licensed), str(count), count - licensed, facts,
    )  # fmt: skip


def _of_set(sides: Sides, seen: Deployed, one: Licensed, facts: dict[str, Any]) -> Iterable[Found]:
    """What a set says of itself against what the platform shows; where either says nothing there is no difference."""
    shown = [
        (EDITION, MEDIUM, one.edition, sorted({host.edition for host in seen.hosts if host.edition})),
        (FINGERPRINT, MEDIUM, one.fingerprint, sorted({host.fingerprint for host in seen.hosts if host.fingerprint})),
    ]
    for kind, severity, ours, theirs in shown:
        if not ours or not theirs:
            continue
        known = {plain(text) for text in theirs}
        if plain(ours) not in known or (kind == EDITION and len(known) > 1):
            yield _set_found(kind, severity, seen, one, ours, "、".join(theirs), facts)
    ends = sorted({host.valid_until for host in seen.hosts if host.valid_until})
    if one.valid_until is not None and one.valid_until < sides.as_of:
        theirs_text = "、".join(map(str, ends))
        yield _set_found(DATE, HIGH, seen, one, str(one.valid_until), theirs_text, {**facts, "expired": True})
    elif ends and one.valid_until is not None and ends != [one.valid_until]:
        yield _set_found(DATE, MEDIUM, seen, one, str(one.valid_until), "、".join(map(str, ends)), facts)


def _set_found(
    kind: str, severity: str, seen: Deployed, one: Licensed, ours: str, theirs: str, facts: dict[str, Any]
) -> Found:
    return Found(
        _key(kind, seen, one.set_id), kind, severity, seen.product, seen.unit_id, seen.platform_id, one.set_id,
        ours[:200], theirs[:200], 0, {**facts, "number": one.number},
    )  # fmt: skip


def _facts(sides: Sides, seen: Deployed, held: Sequence[Licensed]) -> dict[str, Any]:
    return {
        "scan_id": seen.scan_id, "seen_on": seen.seen_on.isoformat(), "hosts": len(seen.hosts),
        "sockets": sum(host.sockets for host in seen.hosts), "needed": needed(sides, seen),
        "issued": sum(one.issued_cpus for one in held), "imported": sum(one.imported_cpus for one in held),
        "accepted": sum(one.accepted_cpus for one in held), "sets": [one.number for one in held],
    }  # fmt: skip


def _of_contracts(sides: Sides) -> Iterable[Found]:
    """What was bought against what was issued and what runs, product by product."""
    issued, running = _by_product(sides)
    for product in sorted({right.product for right in sides.rights} | set(sides.floors)):
        if product in sides.by_set:
            continue
        facts = {"issued": issued.get(product, 0), "running": running.get(product, 0)}
        rights = [right for right in sides.rights if right.product == product and not _over(right, sides.as_of)]
        over = [right for right in sides.rights if right.product == product and _over(right, sides.as_of)]
        ceiling = _ceiling(rights)
        most = max(facts["issued"], facts["running"])
        if ceiling is not None and rights and most > ceiling:
            said = {**facts, "ceiling": ceiling, "contracts": [right.contract for right in rights]}
            yield Found(f"ceiling|{product}", QUANTITY, HIGH, product, ours=str(ceiling), theirs=str(most),
                        quantity=most - ceiling, facts=said)  # fmt: skip
        floor = sides.floors.get(product)
        if floor is not None and facts["running"] < floor <= facts["issued"] and _all_seen(sides, product):
            yield Found(f"floor|{product}", QUANTITY, LOW, product, ours=str(floor), theirs=str(facts["running"]),
                        quantity=facts["running"] - floor, facts={**facts, "floor": floor})  # fmt: skip
        if over and not rights and most:
            last = max(right.valid_until for right in over if right.valid_until)
            said = {**facts, "contracts": [right.contract for right in over]}
            yield Found(f"term|{product}", DATE, HIGH, product, ours=str(last), theirs=str(sides.as_of), facts=said)


def _by_product(sides: Sides) -> tuple[dict[str, int], dict[str, int]]:
    issued: dict[str, int] = {}
    for one in sides.licensed:
        issued[one.product] = issued.get(one.product, 0) + one.issued_cpus
    running: dict[str, int] = {}
    for seen in sides.deployed:
        running[seen.product] = running.get(seen.product, 0) + needed(sides, seen)
    return issued, running


def _all_seen(sides: Sides, product: str) -> bool:
    """Whether every platform that holds sets of a product was looked at: else too few may only mean unseen."""
    seen = {one.platform_id for one in sides.deployed if one.product == product}
    return all(one.platform_id in seen for one in sides.licensed if one.product == product)


def _ceiling(rights: Sequence[Right]) -> int | None:
    """The most that may be issued under all of them; None as soon as one has no ceiling."""
    caps = [None if right.cap_rule == OPEN_CAP else right.cap_cpus for right in rights]
    return None if not caps or None in caps else sum(cap for cap in caps if cap is not None)


def _over(right: Right, day: dt.date) -> bool:
    return right.valid_until is not None and right.valid_until < day


def _key(kind: str, seen: Deployed, set_id: int | None = None) -> str:
    # A shortage stays the same difference when cores turn out to be its cause.
    name = QUANTITY if kind == CORE_RULE else kind
    return f"{name}|{seen.platform_id}|{seen.product}" + (f"|{set_id}" if set_id is not None else "")


def plain(text: str) -> str:
    """Text without blanks and letter case, as names of editions, makers and hosts are compared."""
    return "".join(text.split()).casefold()
