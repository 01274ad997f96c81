"""Whether a licence file fits its set: what it says beside what was issued, each difference with its weight."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from licensetrack.core.errors import Refused
from licensetrack.core.names import name_key
from licensetrack.handover.license_parsing import LicenseFacts, masked

ERROR, WARNING = "error", "warning"
FIELDS = ("fingerprint", "cpus", "kind", "valid_until", "customer", "other_set")


class Expected(NamedTuple):
    """What is known of the set, or of the request line that it is issued for; empty is not compared."""

    fingerprint: str = ""
    cpus: int | None = None
    kind: str = ""
    valid_until: dt.date | None = None
    names: Sequence[str] = ()


class Difference(NamedTuple):
    """One thing in which file and set differ; secrets are masked, for differences are kept readable."""

    field: str
    says: str
    expected: str
    weight: str

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return self._asdict()


def same_fingerprint(one: str, other: str) -> bool:
    """Whether both name one host: letter case and separators make no difference."""
    return _bare(one) == _bare(other)


def _bare(fingerprint: str) -> str:
    return re.sub(r"[\W_]+", "", fingerprint).upper()


def compare(name: str, facts: LicenseFacts, expected: Expected) -> list[Difference]:
    """What the file says otherwise than expected. What one side does not say is no difference."""
    found: list[Difference] = []
    known, said = expected.fingerprint, facts.fingerprint
    by_label_only = facts.form == "name"  # read out of the name: there the whole known one may stand as well
    if known and said and not same_fingerprint(known, said) and not (by_label_only and _bare(known) in _bare(name)):
        found.append(Difference("fingerprint", masked(said), masked(known), ERROR))
    if facts.cpus is not None and expected.cpus is not None and facts.cpus != expected.cpus:
        found.append(Difference("cpus", str(facts.cpus), str(expected.cpus), WARNING))
    if facts.kind and expected.kind and facts.kind != expected.kind:
        found.append(Difference("kind", facts.kind, expected.kind, WARNING))
    if facts.valid_until and expected.valid_until and facts.valid_until != expected.valid_until.isoformat():
        found.append(Difference("valid_until", facts.valid_until, expected.valid_until.isoformat(), WARNING))
    if facts.customer and expected.names and name_key(facts.customer) not in {name_key(n) for n in expected.names}:
        found.append(Difference("customer", facts.customer, expected.names[0], WARNING))
    return found


def check_acknowledged(differences: Sequence[Difference], acknowledged: Collection[str], reason: str) -> None:
    """Every difference was seen and is answered for with a reason. Raises Refused."""
    open_ones = [one.field for one in differences if one.field not in acknowledged]
    if "fingerprint" in open_ones:
        raise Refused(
            "The file is for another host than the set (its ESN or DID differs). Check it, or acknowledge the"
            " difference with a reason."
        ).at("acknowledged")
    if open_ones:
        raise Refused("The file differs from the set; acknowledge each difference with a reason.").at("acknowledged")
    if differences and not reason.strip():
        raise Refused("A reason is needed for the differences that are acknowledged.").at("reason")
