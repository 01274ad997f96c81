"""Words for what the inventory holds as codes: classes and stages of differences, steps, ways in, acts."""

from __future__ import annotations

from flask_babel import lazy_gettext

KINDS = {
    "only_theirs": lazy_gettext("Runs without a set"),
    "quantity": lazy_gettext("Quantity"),
    "core_rule": lazy_gettext("Core rule"),
    "date": lazy_gettext("Term"),
    "fingerprint": lazy_gettext("Host fingerprint"),
    "edition": lazy_gettext("Edition"),
    "only_ours": lazy_gettext("Set that does not run"),
}
MEANS = {
    "only_theirs": lazy_gettext("A scan saw hosts on a platform for which no set is held."),
    "quantity": lazy_gettext("What runs needs more or fewer CPUs than were issued."),
    "core_rule": lazy_gettext("The sockets are licensed, but their cores go beyond what one licence covers."),
    "date": lazy_gettext("The last day differs from what the platform shows, or is over while it runs."),
    "fingerprint": lazy_gettext("The platform shows another host fingerprint than the set."),
    "edition": lazy_gettext("The platform shows another edition than the set."),
    "only_ours": lazy_gettext("A scan looked at the set's platform and saw nothing of its product run."),
}
SEVERITIES = {"high": lazy_gettext("High"), "medium": lazy_gettext("Medium"), "low": lazy_gettext("Low")}
STAGES = {
    "open": lazy_gettext("Open"),
    "asked": lazy_gettext("Waiver asked for"),
    "waived": lazy_gettext("Waived"),
    "worked_off": lazy_gettext("Worked off, to be compared"),
    "closed": lazy_gettext("Closed"),
}
ACTIONS = {
    "find": lazy_gettext("Found by a comparison"),
    "change": lazy_gettext("Seen with other figures"),
    "explain": lazy_gettext("Explained"),
    "ask": lazy_gettext("Waiver asked for"),
    "confirm": lazy_gettext("Waiver confirmed"),
    "decline": lazy_gettext("Waiver declined"),
    "waive": lazy_gettext("Waived with a paper"),
    "lapse": lazy_gettext("Waiver lapsed"),
    "work_off": lazy_gettext("Worked off in the ledger"),
    "reopen": lazy_gettext("Still there, opened again"),
    "close": lazy_gettext("Not seen any more, closed"),
}
WAYS = {
    "file": lazy_gettext("File"),
    "mapping": lazy_gettext("Mapped export"),
    "rest": lazy_gettext("Interface"),
    "collector": lazy_gettext("Collector"),
}
ACTS = {
    "expand": lazy_gettext("Expand the set"),
    "shrink": lazy_gettext("Reduce the set"),
    "return": lazy_gettext("Take the set back"),
    "move": lazy_gettext("Move the set to the platform"),
    "relocate": lazy_gettext("Relocate to another unit"),
    "renew": lazy_gettext("Renew the set"),
    "upgrade": lazy_gettext("Upgrade the set"),
    "replace_host": lazy_gettext("Replace the host"),
}
STATES = {
    "missing": lazy_gettext("CPUs are missing"),
    "idle": lazy_gettext("CPUs lie idle"),
    "unseen": lazy_gettext("Not looked at yet"),
    "seen": lazy_gettext("Looked at"),
}
SCOPES = {
    "ceiling": lazy_gettext("Contract: above the ceiling"),
    "floor": lazy_gettext("Contract: what was promised does not run"),
    "term": lazy_gettext("Contract: its term is over"),
}
