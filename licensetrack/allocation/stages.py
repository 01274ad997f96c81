"""The life of a licence set on one screen: every move that exists; what is not here is refused."""

from __future__ import annotations

from types import MappingProxyType

ISSUED, IMPORTED, DECLINED, ACCEPTED = "issued", "imported", "declined", "accepted"
RETURNED, REVOKED, SUPERSEDED, VOIDED = "returned", "revoked", "superseded", "voided"
HELD = (ISSUED, IMPORTED, DECLINED, ACCEPTED)
ENDED = (RETURNED, REVOKED, SUPERSEDED, VOIDED)
START = "start"

FORMAL, TEMPORARY = "formal", "temporary"

_WHILE_HELD = {
    "expand": None,  # None: the set stays at its stage
    "shrink": None,
    "relocate": None,
    "move": None,
    "reclassify": None,
    "replace_host": None,
    "renew": None,
    "upgrade": None,
    "return": RETURNED,
    "revoke": REVOKED,
    "supersede": SUPERSEDED,
}

SET_MOVES = MappingProxyType(
    {
        (START, "issue"): ISSUED,
        (ISSUED, "import_failed"): ISSUED,
        (ISSUED, "import"): IMPORTED,
        (IMPORTED, "accept"): ACCEPTED,
        (IMPORTED, "decline"): DECLINED,
        (DECLINED, "import_failed"): DECLINED,
        (DECLINED, "import"): IMPORTED,
        (DECLINED, "accept"): ACCEPTED,
        (DECLINED, "decline"): DECLINED,
        **{(stage, "void"): VOIDED for stage in (ISSUED, IMPORTED, DECLINED)},
        **{(stage, action): end or stage for stage in HELD for action, end in _WHILE_HELD.items()},
    }
)

# Facts of one day that arrive in no particular order are told in this one.
RANK = MappingProxyType(
    {
        "issue": 0,
        "import_failed": 1,
        "import": 2,
        "decline": 3,
        "accept": 4,
        "reclassify": 5,
        "relocate": 6,
        "move": 6,
        "replace_host": 7,
        "renew": 7,
        "upgrade": 7,
        "expand": 8,
        "shrink": 8,
        "return": 9,
        "revoke": 9,
        "supersede": 9,
        "void": 9,
    }
)
