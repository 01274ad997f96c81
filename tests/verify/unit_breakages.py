"""How each invariant of units over time can be broken."""

from __future__ import annotations

from tests.verify.breakages import Case

STAGE = "a unit's stage is what its history says"
HELD = "a unit that has ended holds no set from that day on"


def of(code: str) -> str:
    return f"(SELECT id FROM unit WHERE code = '{code}')"


UNIT_CASES = [
    Case(STAGE, ("UPDATE unit SET ended_on = '2024-06-02' WHERE code = 'SZ0005'",)),
    Case(STAGE, ("UPDATE unit SET stage = 'split' WHERE code = 'SZ0005'",)),
    Case(STAGE, ("UPDATE unit SET stage = 'in_use', ended_on = NULL WHERE code = 'SZ0005'",)),
    Case(STAGE, (f"UPDATE unit SET merged_into_id = {of('SZ0002')} WHERE code = 'SZ0004'",)),
    Case(STAGE, ("UPDATE unit SET stage = 'closed', ended_on = '2024-06-01' WHERE code = 'SZ0006'",)),
    Case(
        HELD,
        (
            "UPDATE unit SET ended_on = '2024-05-31' WHERE code = 'SZ0004'",
            f"UPDATE unit_event SET \"on\" = '2024-05-31' WHERE action = 'merge' AND unit_id = {of('SZ0004')}",
        ),
    ),
    Case(
        HELD,
        (
            "UPDATE unit SET stage = 'closed', ended_on = '2024-06-01' WHERE code = 'SZ0003'",
            "INSERT INTO unit_event (unit_id, action, \"on\", at) SELECT id, 'close', '2024-06-01',"
            " '2024-12-31 00:00:00.000000' FROM unit WHERE code = 'SZ0003'",
        ),
    ),
    Case(
        "the names of a unit follow each other without a gap",
        (f"UPDATE unit_name SET since = '2024-03-02' WHERE until IS NULL AND unit_id = {of('SZ0004')}",),
    ),
    Case(
        "what took a unit's ending back names that ending",
        (f"UPDATE unit_event SET \"on\" = '2024-06-02' WHERE action = 'reopen' AND unit_id = {of('SZ0006')}",),
    ),
]
