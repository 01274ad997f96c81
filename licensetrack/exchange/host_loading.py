"""Lists of hosts read in: each sheet becomes one scan for each day it names; the same list again changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.ledger import Operation
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import today
from licensetrack.core.db import row_with_id
from licensetrack.core.errors import DomainError
from licensetrack.core.names import name_key
from licensetrack.exchange.changes import NEW, SAME, Outcome, Source
from licensetrack.exchange.statements import Holders
from licensetrack.inventory.comparison import plain
from licensetrack.inventory.rules import check_host, check_seen_on
from licensetrack.inventory.scans import (
    HostLine,
    Origin,
    PlatformLine,
    Way,
    content_of,
    digest_from,
    digest_of,
    newest_digest,
    one_by_one,
    record_scan,
)
from licensetrack.units.models import Platform, Unit
from licensetrack.units.rules import check_in_use

TWICE = "The host “%(name)s” stands twice on this platform; the other row is %(row)s."
DEFAULT_PRODUCT = "virtualization"
_AT = {"on": "seen_on", "name": "host"}


def load_hosts(
    db: Session, table: Any, outcome: Outcome, operation: Operation, documents: Mapping[str, int], holders: Holders,
) -> None:  # fmt: skip
    """Records one sheet as a scan for each of its days."""
    document_id = documents[table.file]
    file = row_with_id(db, Blob, document_id).digest
    reader = _Rows(db, table, outcome, holders)
    by_day = reader.lines()
    if outcome.refused:
        return
    for on, lines in sorted(by_day.items()):
        said = digest_before(db, lines)
        # The same list read in again, or one that was only saved again. The same bytes under another mapping say
        # something else, and are a new scan.
        if said in (newest_digest(db, on), digest_from(db, on, file, table.sheet)):
            continue
        reader.new_days.add(on)
        way: Way = "mapping" if table.mapping else "file"
        origin = Origin(way, table.file, document_id, table.sheet)
        try:
            record_scan(on, one_by_one(lines), origin, actor=operation.actor)
        except DomainError as error:
            source = Source("hosts", table.file, table.sheet, table.rows[0].row)
            outcome.refuse(source, error.message, error.values, _AT.get(error.field, error.field))
    reader.note()


class _Rows:
    """The rows of one sheet, each checked by itself."""

    def __init__(self, db: Session, table: Any, outcome: Outcome, holders: Holders) -> None:
        self._db, self._table, self._outcome, self._holders = db, table, outcome, holders
        self._units: dict[int, Unit] = {}
        self._seen: dict[tuple[object, ...], int] = {}
        self.new_days: set[dt.date] = set()

    def lines(self) -> dict[dt.date, list[PlatformLine]]:
        """Day → what was seen; bad rows are told at their cells."""
        found: dict[dt.date, list[PlatformLine]] = {}
        for row in self._table.rows:
            holder = self._holders.find(row.unit)
            if holder is None:
                self._holders.refuse(row.unit, self._source(row), self._outcome)
                continue
            line = self._line(row, holder.unit_id)
            if line is not None:
                found.setdefault(row.seen_on, []).append(line)
        return found

    def note(self) -> None:
        """Says of each row whether it was new."""
        for row in self._table.rows:
            subject = f"{row.platform} {row.host}".strip()
            self._outcome.note(NEW if row.seen_on in self.new_days else SAME, self._source(row), subject)

    def _line(self, row: Any, unit_id: int) -> PlatformLine | None:
        product = row.product or DEFAULT_PRODUCT
        try:
            check_seen_on(row.seen_on, today())
            unit = self._units.setdefault(unit_id, self._db.get_one(Unit, unit_id))
            check_in_use(unit, row.seen_on)
            if row.sockets:
                check_host(row.host, row.sockets, row.cores or 0)
        except DomainError as error:
            at = _AT.get(error.field, error.field or "unit")
            self._outcome.refuse(self._source(row), error.message, error.values, at, getattr(row, at, ""))
            return None
        if not row.sockets:
            return PlatformLine(unit_id, row.platform, product)
        place = (unit_id, name_key(row.platform), product, row.seen_on, plain(row.host))
        first = self._seen.setdefault(place, row.row)
        if first != row.row:
            self._outcome.refuse(self._source(row), TWICE, {"name": row.host, "row": first}, "host", row.host)
            return None
        host = HostLine(
            row.host, row.sockets, row.cores or 0, row.serial, row.vendor, row.software_version, row.edition,
            row.fingerprint, row.valid_until, self._source(row).place,
        )  # fmt: skip
        return PlatformLine(unit_id, row.platform, product, (host,))

    def _source(self, row: Any) -> Source:
        return Source("hosts", self._table.file, self._table.sheet, row.row)


def digest_before(db: Session, lines: Sequence[PlatformLine]) -> str:
    """The digest that these lines would have; nothing where a platform is new."""
    rows = db.execute(select(Platform.unit_id, Platform.name_key, Platform.id))
    ids = {(unit_id, key): platform_id for unit_id, key, platform_id in rows}
    covered = {
        (ids.get((line.unit_id, name_key(line.platform)), 0), line.product): line.hosts for line in one_by_one(lines)
    }
    return digest_of(content_of(covered))
