"""What one line of each ledger says, as values.

Every row begins with `row`, its number in the sheet as a spreadsheet program shows it. A text that is not given is
"", any other value that is not given is None. Money is in yuan, moments are wall time in Shanghai without a zone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class UnitRow(NamedTuple):
    """A line of the list of units (单位名录)."""

    row: int
    code: str
    name: str
    category: str
    level: str
    district: str
    contact: str = ""
    phone: str = ""
    note: str = ""
    short_name: str = ""
    former_name: str = ""
    credit_code: str = ""
    parent: str = ""
    in_scope: bool | None = None


class IssueRow(NamedTuple):
    """A line of the issue ledger (授权发放台账): one licence set. `cpus` may be missing for BMS only."""

    row: int
    number: str
    unit: str
    product: str
    platform: str
    kind: str
    cpus: int | None
    temporary_on: date | None
    issued_on: date | None
    license_file: str = ""
    support_end: date | None = None
    note: str = ""
    fingerprint: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    edition: str = ""


class ImportRow(NamedTuple):
    """A line of the import ledger (导入验收台账): one attempt to import a set, and its acceptance if there was one."""

    row: int
    number: str
    imported_on: date
    result: str
    reason: str = ""
    accepted_on: date | None = None
    conclusion: str | None = None
    acceptor: str = ""
    evidence: str = ""


class ChangeRow(NamedTuple):
    """A line of the change ledger (授权变更台账); `cpus` is signed."""

    row: int
    number: str
    change: str
    on: date
    cpus: int | None = None
    to_unit: str = ""
    reason: str = ""


class BudgetRow(NamedTuple):
    """A line of the budget ledger (预算执行台账); amounts are in yuan, exact to the cent."""

    row: int
    entry: str
    on: date
    amount: Decimal
    summary: str = ""
    voucher: str = ""
    source: str | None = None
    approval: str = ""
    project_code: str = ""
    project: str = ""
    contract: str = ""
    supplier: str = ""
    contract_amount: Decimal | None = None
    term: str = ""
    condition: str = ""


class ServiceRow(NamedTuple):
    """A line of the service ledger (技术服务台账). It has `received_at` (受理) or `raised_at` (提出), or both."""

    row: int
    number: str
    unit: str
    service_kind: str
    received_at: datetime | None
    responded_at: datetime | None = None
    completed_at: datetime | None = None
    outcome: str = ""
    satisfaction: int | None = None
    source: str = ""
    product: str = ""
    severity: str = ""
    title: str = ""
    raised_by: str = ""
    raised_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    limits: str = ""
    late: bool | None = None
    late_reason: str = ""
    handler: str = ""
    work: str = ""
    related: str = ""
    confirmed_by: str = ""
    papers: str = ""


class DemandRow(NamedTuple):
    """A line of a survey of demand (需求调研表): one platform of a unit, and what it will need in three years."""

    row: int
    unit: str
    first_year: int | None
    platform: str = ""
    software: str = ""
    servers: int | None = None
    cpus: int | None = None
    cores: int | None = None
    held: str = ""
    second_year: int | None = None
    third_year: int | None = None
    cloud_cpus: int | None = None
    bms_sets: int | None = None
    method: str = ""
    expected: str = ""
    answer: str = ""
    year: int | None = None


class PriceRow(NamedTuple):
    """A line of a survey of prices (市场单价调研): what a supplier asks for a product, in yuan."""

    row: int
    product: str
    supplier: str
    unit_price: Decimal
    edition: str = ""
    quoted_on: date | None = None
    origin: str = ""
    note: str = ""
    year: int | None = None


class HostRow(NamedTuple):
    """A line of a list of hosts (主机清单): one server under one product as it was seen on a day.

    With 0 CPUs it says that somebody looked at the platform and saw no host of the product.
    """

    row: int
    unit: str
    platform: str
    host: str
    sockets: int
    seen_on: date
    cores: int | None = None
    serial: str = ""
    product: str | None = None
    vendor: str = ""
    software_version: str = ""
    edition: str = ""
    fingerprint: str = ""
    valid_until: date | None = None

    @property
    def number(self) -> str:
        """What a row is called in lists of rows."""
        return self.host


Row = UnitRow | IssueRow | ImportRow | ChangeRow | BudgetRow | ServiceRow | DemandRow | PriceRow | HostRow
