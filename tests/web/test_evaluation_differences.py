"""After the signature a thousand later entries change no byte of the report, and the back-dated ones are all listed."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation import issuing, life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import db
from licensetrack.core.db import transaction
from licensetrack.measures.catalogue import MEASURES
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry
from licensetrack.procurement.models import BudgetEntry
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.models import Unit
from tests.site import House
from tests.web.forms import form_of

SIGNED_FOR, DECEMBER = dt.date(2024, 12, 31), dt.date(2024, 12, 1)
OPERATIONS, SEED = 1000, 20240831
READER = "auditor"


class Posted(NamedTuple):
    """What was recorded: whose, what, for which day; `counts` tells whether such an entry goes into a figure."""

    subject: str
    action: str
    on: dt.date
    counts: bool = True

    @property
    def listed(self) -> bool:
        """Whether it has to stand on the page."""
        return self.counts and self.on <= SIGNED_FOR


class Later:
    """Records entries at random, as they come in the months after the signature: half of them for days before it."""

    def __init__(self) -> None:
        self.draw = random.Random(SEED)
        with db.reading() as session:
            self.units = session.scalars(select(Unit).where(Unit.ended_on.is_(None)).order_by(Unit.id).limit(40)).all()
            done = select(LedgerEvent.set_id).group_by(LedgerEvent.set_id).having(func.max(LedgerEvent.on) < DECEMBER)
            query = select(LicenseSet).where(
                LicenseSet.stage == "accepted", LicenseSet.cpus.is_not(None), LicenseSet.id.in_(done)
            )
            self.sets = list(session.scalars(query.order_by(LicenseSet.number)).all())
            session.expunge_all()
        self.number, self.orders = 0, list[OrderLine]()

    def day(self, *, old: bool | None = None) -> dt.date:
        """A day of the year before the signature's, or of the months after it."""
        early = self.draw.random() < 0.5 if old is None else old
        start = DECEMBER if early else dt.date(2025, 1, 1)
        return start + dt.timedelta(days=self.draw.randrange(31 if early else 80))

    def name(self) -> str:
        """A number that nothing has yet."""
        self.number += 1
        return f"LATER-{self.number:04d}"

    def issue(self) -> list[Posted]:
        """A set, issued; temporary ones are in no figure."""
        number, on, kind = self.name(), self.day(), self.draw.choice(["formal", "formal", "temporary"])
        product = self.draw.choice(["virtualization", "cloud_management"])
        unit = self.draw.choice(self.units)
        issuing.issue_set(number, unit, product, cpus=self.draw.randrange(2, 64), on=on, actor=SYSTEM, kind=kind)
        return [Posted(number, "issue", on, kind == "formal")]

    def deliver(self) -> list[Posted]:
        """A set, issued, imported and accepted on one day."""
        number, on = self.name(), self.day()
        made = issuing.issue_set(number, self.draw.choice(self.units), "bms", cpus=None, on=on, actor=SYSTEM)
        life.record_import(made, actor=SYSTEM, on=on)
        life.accept_import(made, actor=SYSTEM, on=on, evidence="补.pdf")
        return [Posted(number, action, on) for action in ("issue", "import", "accept")]

    def expand(self) -> list[Posted]:
        """More CPUs for a set of the sample year, each set once."""
        found, on = self.sets.pop(self.draw.randrange(len(self.sets))), self.day()
        life.expand_set(found, actor=SYSTEM, on=on, cpus=self.draw.randrange(1, 9), reason="扩容")
        return [Posted(found.number, "expand", on)]

    def hand_back(self) -> list[Posted]:
        """A set of the sample year comes back."""
        found, on = self.sets.pop(self.draw.randrange(len(self.sets))), self.day()
        life.return_set(found, actor=SYSTEM, on=on, reason="停用")
        return [Posted(found.number, "return", on)]

    def renew(self) -> list[Posted]:
        """A longer validity moves no figure."""
        found, on = self.sets.pop(self.draw.randrange(len(self.sets))), self.day(old=True)
        life.renew_set(
            found, actor=SYSTEM, on=on, valid_until=dt.date(2030, 1, 1) + dt.timedelta(self.number), reason="续期"
        )
        return [Posted(found.number, "renew", on, counts=False)]

    def pay(self) -> list[Posted]:
        """A payment; one of the year after is not the budget year's that was signed."""
        voucher, on = self.name(), self.day()
        post_entry(BudgetLine("payment", on, Decimal(self.draw.randrange(100, 10**6)), voucher), actor=SYSTEM)
        return [Posted(voucher, "payment", on)]

    def serve(self) -> list[Posted]:
        """A service order, done on its day; all of them are recorded together."""
        number, on, unit = self.name(), self.day(), self.draw.choice(self.units)
        start = dt.datetime.combine(on, dt.time(9))
        late = start + dt.timedelta(hours=self.draw.randrange(1, 9))
        mark = self.draw.choice([3, 5])
        line = OrderLine(number, unit.id, unit.district, "使用咨询", start, late, late, "已解决", mark)
        self.orders.append(line)
        return [Posted(number, "使用咨询", on)]


def post_at_random(count: int) -> list[Posted]:
    """So many operations, in one transaction."""
    later = Later()
    usual: list[Callable[[], list[Posted]]] = [later.issue, later.issue, later.deliver, *[later.pay] * 3]
    usual += [later.serve] * 4
    rare: list[Callable[[], list[Posted]]] = [later.expand, later.hand_back, later.renew]
    posted: list[Posted] = []
    with transaction():
        for number in range(count):
            posted += later.draw.choice(rare if number % 10 == 0 and len(later.sets) > 5 else usual)()
        record_orders(later.orders, actor=SYSTEM)
    return posted


def listed(house: House, address: str) -> Counter[tuple[str, str, dt.date]]:
    """Every entry that the page of differences lists, over all its pages."""
    found: Counter[tuple[str, str, dt.date]] = Counter()
    number = 0
    while True:
        number += 1
        page = BeautifulSoup(house.get(f"{address}/differences?page={number}", READER), "html.parser")
        for row in page.select("[data-entry]"):
            subject, action, on = str(row["data-entry"]).split("|")
            found[subject, action, dt.date.fromisoformat(on)] += 1
        if not page.select("a[rel=next]"):
            return found


def of_virtualization() -> LicenseSet:
    """A set of the sample year to which nothing happened in December."""
    return next(one for one in Later().sets if one.product == "virtualization")


def printed(house: House, form: str) -> bytes:
    """The report's bytes."""
    with house.client(READER).get(f"/evaluations/1/outputs/evaluation.{form}") as answer:
        assert answer.status_code == 200
        return answer.data


def test_a_thousand_later_entries_change_no_byte_and_the_back_dated_ones_are_listed(own_house: House) -> None:
    house = own_house
    before = {form: printed(house, form) for form in ("pdf", "xlsx")}
    known = listed(house, "/evaluations/1")
    posted = post_at_random(OPERATIONS)
    assert {form: printed(house, form) for form in before} == before
    wanted = Counter((one.subject, one.action, one.on) for one in posted if one.listed)
    assert len(posted) > OPERATIONS
    assert 300 < wanted.total() < len(posted) - 300
    assert listed(house, "/evaluations/1") - known == wanted


def test_a_difference_opens_into_its_entries_and_its_rows(own_house: House) -> None:
    house = own_house
    assert "数据已变动" in house.get("/evaluations", READER)  # the correction of an expansion, two days later
    figure = "virtualization.accepted_cpus"
    page = house.get("/evaluations/1/differences", READER)
    assert f'data-changed="{figure}"' not in page
    found = of_virtualization()
    life.expand_set(found, actor=SYSTEM, on=dt.date(2024, 12, 30), cpus=5, reason="扩容")
    page = house.get("/evaluations/1/differences", READER)
    row = BeautifulSoup(page, "html.parser").select_one(f'[data-changed="{figure}"]')
    assert row is not None
    assert [cell.get_text(strip=True) for cell in row.select(".number")][:2] == ["4,375", "4,380"]
    rows = BeautifulSoup(house.get(f"/evaluations/1/differences/{figure}", READER), "html.parser")
    (changed,) = [line for line in rows.select("tbody tr") if found.number in line.get_text()]
    then, now = (int(cell.get_text(strip=True)) for cell in changed.select(".number"))
    assert (found.cpus, now - then) == (now, 5)
    own = house.get(f"/evaluations/1/differences?figure={figure}", READER)
    assert [str(line["data-entry"]) for line in BeautifulSoup(own, "html.parser").select("[data-entry]")][-1] == (
        f"{found.number}|expand|2024-12-30"
    )
    assert "数据已变动" in house.get("/", "manager")


def test_a_measure_that_is_younger_than_the_evaluation_has_no_difference(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEASURES, "budget.younger", MEASURES["budget.spent"])
    own_house.get("/evaluations/1/differences", READER)
    own_house.get("/evaluations/1/differences/budget.younger", READER, status=404)


def test_an_entry_taken_back_after_the_signature_is_listed_though_it_happened_later(own_house: House) -> None:
    with db.reading() as session:
        entry = session.scalars(
            select(BudgetEntry).where(BudgetEntry.kind == "payment").order_by(BudgetEntry.id)
        ).first()
        session.expunge_all()
    assert entry is not None
    reverse_entry(entry, actor=SYSTEM, reason="重复支付")
    page = own_house.get("/evaluations/1/differences", READER)
    assert f'data-entry="{entry.voucher}|payment|{entry.on.isoformat()}"' in page
    assert 'data-changed="budget.spent"' in page


def test_a_reopened_evaluation_takes_the_entries_in_and_the_signed_one_still_lists_them(own_house: House) -> None:
    house, officer = own_house, "performance_officer"
    life.expand_set(of_virtualization(), actor=SYSTEM, on=dt.date(2024, 12, 30), cpus=5, reason="扩容")
    form = form_of(house.get("/evaluations/1", officer), "/reopen") | {"note": "补记扩容"}
    answer = house.client(officer).post("/evaluations/1/reopen", data=form)
    assert answer.status_code == 303
    assert "4380个CPU" in house.get(f"{answer.location}/write", officer)
    assert listed(house, str(answer.location)) == Counter()
    assert listed(house, "/evaluations/1").total() > 0
