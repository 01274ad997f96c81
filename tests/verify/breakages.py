"""How each invariant can be broken: by which SQL, and what of it can be covered up."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from tests.verify.forgery import cover_up


def of(number: str) -> str:
    return f"(SELECT id FROM license_set WHERE number = '{number}')"


@dataclass(frozen=True)
class Case:
    """How an invariant is broken by SQL. `also` names what cannot help breaking with it."""

    invariant: str
    statements: tuple[str, ...]
    covering_up: Callable[[Connection], None] | None = None
    also: frozenset[str] = frozenset()


VOID_FILES = "a revocation is open for every file that became void, and for no other"
DAILY = "no set counts below zero or twice on any day"
BY_SQL = [
    Case(
        "every set equals the sum of its events",
        ("UPDATE license_set SET accepted_cpus = 15 WHERE number = 'SQ-PLAIN'",),
    ),
    Case(
        "event numbers of a set have no hole",
        (f"UPDATE ledger_event SET seq = 0 WHERE seq = 1 AND set_id = {of('SQ-PLAIN')}",),
        cover_up,
    ),
    Case(
        "accepted is within imported, imported within issued",
        (
            "UPDATE license_set SET accepted_cpus = 17 WHERE number = 'SQ-PLAIN'",
            f"UPDATE ledger_event SET accepted_cpus = 17 WHERE action = 'accept' AND set_id = {of('SQ-PLAIN')}",
        ),
        cover_up,
        frozenset({DAILY}),
    ),
    Case(
        DAILY,
        (
            f"UPDATE ledger_event SET accepted_sets = 1 WHERE action = 'issue' AND set_id = {of('SQ-PLAIN')}",
            f"UPDATE ledger_event SET accepted_sets = 0 WHERE action = 'accept' AND set_id = {of('SQ-PLAIN')}",
        ),
        cover_up,
    ),
    Case(
        "no unit counts below zero on any day",
        (
            "UPDATE ledger_event SET \"on\" = '2024-05-01' WHERE \"on\" = '2024-07-01'"
            f" AND action = 'relocate' AND set_id = {of('SQ-TRAVELLER')}",
        ),
        cover_up,
    ),
    Case(
        "a set's stage is what its last event says",
        ("UPDATE license_set SET stage = 'imported' WHERE number = 'SQ-PLAIN'",),
    ),
    Case(
        "every move of a set is one of the table",
        (
            "UPDATE ledger_event SET action = 'decline' WHERE action = 'import' AND \"on\" = '2024-02-10'"
            f" AND set_id = {of('SQ-DECLINED')}",
        ),
        cover_up,
    ),
    Case("a set's size is what its events say", ("UPDATE license_set SET cpus = 99 WHERE number = 'SQ-PLAIN'",)),
    Case(
        "a held set counts in one place, where its row says",
        ("UPDATE license_set SET unit_id = (SELECT id FROM unit WHERE code = 'SZ0003') WHERE number = 'SQ-PLAIN'",),
    ),
    Case(
        "a set's days are those of its events",
        ("UPDATE license_set SET accepted_on = '2024-02-21' WHERE number = 'SQ-PLAIN'",),
    ),
    Case(
        "a set's platform belongs to the unit that holds it",
        (
            "UPDATE license_set SET platform_id = (SELECT id FROM platform WHERE name = '南山政务云')"
            " WHERE number = 'SQ-AT-HOME'",
        ),
        also=frozenset({"a set shows what its facts said last"}),
    ),
    Case(
        "a relocation sums to zero over its two units",
        (
            "UPDATE license_set SET failed_imports = 1 WHERE number = 'SQ-TRAVELLER'",
            "UPDATE ledger_event SET failed_imports = 1 WHERE action = 'relocate' AND issued_sets = 1"
            f" AND \"on\" = '2024-07-01' AND set_id = {of('SQ-TRAVELLER')}",
        ),
        cover_up,
    ),
    Case(
        "a reversal is the exact opposite on the same day",
        ("UPDATE ledger_event SET position = position + 1 WHERE reverses_id IS NOT NULL",),
        cover_up,
    ),
    Case(
        "a set shows what its facts said last",
        ("UPDATE license_set SET fingerprint = 'ESN-1' WHERE number = 'SQ-REHOSTED'",),
    ),
    Case(
        "a set shows what its facts said last",
        ("UPDATE license_set SET valid_until = '2027-12-31' WHERE number = 'SQ-REHOSTED'",),
    ),
    Case(VOID_FILES, ("DELETE FROM revocation",)),
    Case(VOID_FILES, ("UPDATE revocation SET due_on = '2025-01-01'",)),
    Case(VOID_FILES, ("UPDATE revocation SET voided_at = '2024-12-31 00:00:00.000000'",)),
    Case(
        "an entitlement's counters equal its sets",
        ("UPDATE entitlement SET used_cpus = used_cpus + 1 WHERE product = 'virtualization'",),
    ),
    Case(
        "a hard cap is held",
        ("UPDATE entitlement SET cap_rule = 'hard', cap_cpus = used_cpus - 1 WHERE product = 'virtualization'",),
    ),
    Case(
        "no event lies in the future of its recording",
        (
            f"UPDATE ledger_event SET \"on\" = '2999-01-01' WHERE action = 'return' AND set_id = {of('SQ-RETURNED')}",
            "UPDATE license_set SET ended_on = '2999-01-01' WHERE number = 'SQ-RETURNED'",
        ),
        cover_up,
    ),
    Case(
        "a formal set replaces a temporary set that has ended",
        (f"UPDATE license_set SET predecessor_id = {of('SQ-PLAIN')} WHERE number = 'SQ-FORMAL'",),
    ),
    Case(
        "a budget reversal is the exact opposite",
        ("UPDATE budget_entry SET amount = amount - 1 WHERE reverses_id IS NOT NULL",),
    ),
    Case(
        "a voucher stands in the budget ledger once",
        (
            'INSERT INTO budget_entry (kind, "on", at, amount, summary, voucher, place)'
            " SELECT kind, \"on\", at, amount, summary, voucher, place FROM budget_entry WHERE voucher = 'PZ-1'",
        ),
    ),
    Case(
        "a unit's present name is in its history",
        ("UPDATE unit_name SET name = '别的单位' WHERE unit_id = (SELECT id FROM unit WHERE code = 'SZ0001')",),
    ),
    Case(
        "an operation's events were recorded at one instant",
        (
            "UPDATE ledger_event SET at = '2025-01-01 00:00:00.000000'"
            " WHERE id = (SELECT max(id) FROM ledger_event WHERE reverses_id IS NOT NULL)",
        ),
    ),
    Case(
        "whoever acted has an account",
        (f"UPDATE ledger_event SET actor_id = 4711 WHERE set_id = {of('SQ-PLAIN')}",),
    ),
    Case(
        "audit entries follow each other in time",
        ("UPDATE audit_entry SET at = '2025-01-01 00:00:00.000000' WHERE seq = 7",),
        cover_up,
    ),
    Case(
        "every event belongs to an audited operation",
        ("UPDATE audit_entry SET operation = NULL WHERE subject = 'set:SQ-BMS' AND tag = 'allocation:set:issue'",),
        cover_up,
    ),
    Case(
        "every operation's events are those that were recorded",
        (f"UPDATE ledger_event SET cpus = 5 WHERE action = 'return' AND set_id = {of('SQ-RETURNED')}",),
    ),
    Case("the database is at the newest migration", ("UPDATE alembic_version SET version_num = '0000'",)),
    Case("the schema is what the models say", ("ALTER TABLE unit ADD COLUMN nickname TEXT",)),
    Case("the schema is what the models say", ("DROP INDEX ix_ledger_event_on",)),
]

CHAIN = "the audit chain holds from its first entry to its head"
TAMPERINGS = {
    "an entry is edited": "UPDATE audit_entry SET details = '{}' WHERE seq = 7",
    "somebody else did it": "UPDATE audit_entry SET actor = 'mallory' WHERE seq = 7",
    "it happened at another time": "UPDATE audit_entry SET at = '2030-01-01 00:00:00.000000' WHERE seq > 7",
    "an entry in the middle is gone": "DELETE FROM audit_entry WHERE tag = 'units:unit:register'",
    "the tail is cut off": "DELETE FROM audit_entry WHERE tag = 'accounts:user:create'",
    "an entry is put in": (
        "INSERT INTO audit_entry (seq, at, actor, tag, subject, outcome, details, algorithm, previous, digest)"
        " SELECT seq + 1, at, actor, tag, subject, outcome, details, algorithm, digest, previous FROM audit_entry"
        " WHERE seq = (SELECT seq FROM audit_head)"
    ),
    "two entries change places": (
        "UPDATE audit_entry SET seq = CASE seq WHEN 1 THEN -1 ELSE seq END WHERE tag = 'units:unit:register'"
    ),
    "the head says something else": "UPDATE audit_head SET seq = seq + 1",
    "the head is gone": "DELETE FROM audit_head",
}

TOTALS = "every evaluation's total is the sum of its scores"
FALSE_TOTALS = {
    "the total is changed": "UPDATE evaluation SET total = '98'",
    "the unit's own total is changed": "UPDATE evaluation SET own_total = '98'",
    "a reviewed score comes from nobody": "UPDATE indicator_result SET own_score = score WHERE code = 'A11'",
}

SIGNED = "every signed evaluation is what was signed"
FALSE_SIGNATURES = {
    "the sheet is changed": "UPDATE evaluation_snapshot SET content = '{}'",
    "a row behind a figure is changed": "UPDATE evaluation_trace SET lines = replace(lines, '16', '61')",
    "the rows behind a figure are gone": "DELETE FROM evaluation_trace",
    "the sheet is gone": "DELETE FROM evaluation_snapshot",
}
