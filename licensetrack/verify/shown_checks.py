"""What a set's row shows besides its figures, and its revocations: told again from its events in a plain way.

Nothing here is shared with the verbs: for each column this looks which acts may say it, and who said it last.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, Row, text

from licensetrack.core.names import name_key

_SAID_BY = {
    "platform": ("issue", "relocate", "move"),
    "site": ("issue", "relocate", "move"),
    "edition": ("issue", "upgrade"),
    "fingerprint": ("issue", "replace_host"),
    "license_file": ("issue", "replace_host", "renew", "upgrade", "expand", "shrink"),
    "support_end": ("issue", "renew"),
    "valid_until": ("issue", "renew"),
    "note": ("issue",),
}
_LEFT_BEHIND = ("platform", "site")  # by a set that goes to another unit
_VOID_THE_FILE = ("replace_host", "shrink", "return", "revoke")
_DAYS = 60

_EVENTS = """
    SELECT e.set_id, e.position, e.action, e."on", e.unit_id, e.details FROM ledger_event e
    WHERE e.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_event r WHERE r.reverses_id = e.id)
    ORDER BY e.set_id, e."on", e.position, e.seq"""
_SETS = """
    SELECT s.id, s.number, s.kind, p.name_key AS platform, s.site, s.edition, s.fingerprint, s.license_file,
           s.support_end, s.valid_until, s.note
    FROM license_set s LEFT JOIN platform p ON p.id = s.platform_id ORDER BY s.id"""
_REVOCATIONS = """
    SELECT set_id, position, action, unit_id, fingerprint, opened_on, due_on FROM revocation WHERE voided_at IS NULL"""

Words = dict[str, str]
Step = tuple[Row[Any], Words, Words]
"""The last event of one fact, with what the set showed before it and after it."""


def shown(connection: Connection) -> Iterator[str]:
    """Sets whose row shows something else than what their facts said last."""
    said = {set_id: life[-1][2] for set_id, life in _lives(connection)}
    for row in connection.execute(text(_SETS)):
        wanted = dict(said.get(row.id, {}))
        wanted["platform"] = name_key(wanted.get("platform", ""))
        for column in _SAID_BY:
            there = str(getattr(row, column) or "")
            if there != wanted.get(column, ""):
                yield f"{row.number}: {column} is “{there}”, its facts say “{wanted.get(column, '')}”"


def revocations(connection: Connection) -> Iterator[str]:
    """Revocations that no standing fact opened, that are not as it says, or that are missing."""
    formal = {row.id: row.number for row in connection.execute(text(_SETS)) if row.kind == "formal"}
    wanted = set()
    for set_id, life in _lives(connection):
        imported = False
        for (earlier, *_), (event, before, after) in pairwise(life if set_id in formal else ()):
            host, was_at = before.get("fingerprint"), earlier.unit_id
            imported = imported or earlier.action == "import"
            voids = imported if event.action == "void" else _voids_the_file(event, was_at, before, after)
            if host and voids:
                due = dt.date.fromisoformat(str(event.on)) + dt.timedelta(days=_DAYS)
                wanted.add((set_id, event.position, event.action, was_at, host, str(event.on), str(due)))
    there = {tuple(map(_plain, row)) for row in connection.execute(text(_REVOCATIONS))}
    for one in sorted(wanted ^ there):
        what = "has none" if one in wanted else "opened none such"
        yield f"{formal.get(one[0], one[0])}: {one[2]} of {one[5]} {what}"


def _voids_the_file(event: Row[Any], was_at: int, before: Words, after: Words) -> bool:
    if event.action == "relocate":  # one that names the very same host moves papers, not machines
        named = json.loads(event.details).get("fingerprint", "") if event.details else ""
        return bool(was_at != event.unit_id and named != before.get("fingerprint"))
    if event.action == "move":
        return before.get("platform", "") != after.get("platform", "")
    return event.action in _VOID_THE_FILE


def _lives(connection: Connection) -> Iterator[tuple[int, list[Step]]]:
    """Set by set the steps of its life, in order."""
    for set_id, events in groupby(connection.execute(text(_EVENTS)), lambda event: int(event.set_id)):
        steps: list[Step] = []
        words: Words = {}
        unit = None
        for _, legs in groupby(events, lambda event: event.position):
            event: Row[Any] = list(legs)[-1]  # of a relocation's two the one at the new unit
            after = dict(words)
            if unit not in (None, event.unit_id):
                after |= dict.fromkeys(_LEFT_BEHIND, "")
            details = json.loads(event.details) if event.details else {}
            for column, actions in _SAID_BY.items():
                if event.action in actions and details.get(column):
                    after[column] = str(details[column])
            steps.append((event, words, after))
            words, unit = after, event.unit_id
        yield set_id, steps


def _plain(value: object) -> object:
    return str(value) if isinstance(value, dt.date) else value
