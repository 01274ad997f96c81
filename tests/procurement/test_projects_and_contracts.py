"""Projects and contracts: registered once, changed with the change on record, and what a payment owes them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.measures import money
from licensetrack.measures.question import Question
from licensetrack.procurement import contracts, projects
from licensetrack.procurement.budgets import BudgetLine, correct_entry, line_of, post_entry, standing_entries
from licensetrack.procurement.contract_models import Contract, PaymentTerm, Project
from licensetrack.procurement.contracts import ContractEntry, TermEntry
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.projects import ProjectEntry
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("database", "clock")

PROJECT = ProjectEntry(2024, "XM-1", "场地授权项目", authority="数据局", implementer="数据中心", leader="张三")
CONTRACT = ContractEntry("HT-1", supplier="甲公司", amount=Decimal(100))
DANA = Actor(None, "dana", "Dana", "auditor")
EVE = Actor(None, "eve", "Eve", "operator", Scope("district", "福田区"))


def counted(model: Any) -> int:
    with reading() as db:
        return int(db.scalar(select(func.count()).select_from(model)) or 0)


def test_a_project_of_a_year_is_found_by_its_year_and_code() -> None:
    first = projects.register_project(PROJECT, actor=ALICE)
    second = projects.register_project(replace(PROJECT, code="XM-2", name="另一项目"), actor=ALICE)
    last_year = projects.register_project(replace(PROJECT, year=2023), actor=ALICE)
    with reading() as db:
        assert [one.id for one in projects.projects(db)] == [first.id, second.id, last_year.id]
        for code, found in (("", first), ("XM-2", second), ("XM-9", None)):
            known = projects.project_of(db, 2024, code)
            assert (known and known.id) == (found and found.id)
        assert projects.project_of(db, 2022) is None
        with pytest.raises(NotFound):
            projects.project(db, 99)


def test_a_change_of_a_project_is_on_record_and_a_stale_one_is_a_conflict() -> None:
    made = projects.register_project(PROJECT, actor=ALICE)
    changed = projects.change_project(made.id, replace(PROJECT, leader="李四"), actor=ALICE, seen=1)
    assert changed == {"leader": ("张三", "李四")}
    with pytest.raises(Conflict):
        projects.change_project(made.id, replace(PROJECT, leader="王五"), actor=ALICE, seen=1)
    assert projects.change_project(made.id, replace(PROJECT, leader="李四"), actor=ALICE) == {}
    with reading() as db:
        found = projects.project(db, made.id)
        tags = db.scalars(select(AuditEntry.tag).where(AuditEntry.subject == "project:2024:XM-1")).all()
    assert (found.leader, found.version) == ("李四", 2)
    assert tags == ["procurement:project:register", "procurement:project:change"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (replace(PROJECT, code="XM-1"), "code"),
        (replace(PROJECT, code=" "), "code"),
        (replace(PROJECT, code="XM-2", name=""), "name"),
        (replace(PROJECT, code="XM-2", year=24), "year"),
        (replace(PROJECT, code="XM-2", nature="old"), "nature"),
        (replace(PROJECT, code="XM-2", starts_on=day("12-31"), ends_on=day("01-01")), "ends_on"),
    ],
)
def test_a_project_that_can_not_be_right_is_refused_at_its_field(entry: ProjectEntry, field: str) -> None:
    projects.register_project(PROJECT, actor=ALICE)
    with pytest.raises(Refused) as refused:
        projects.register_project(entry, actor=ALICE)
    assert refused.value.field == field
    assert counted(Project) == 1


def test_a_project_with_money_stays_in_its_year() -> None:
    made = projects.register_project(PROJECT, actor=ALICE)
    post_entry(BudgetLine("appropriation", day("01-15"), Decimal(1), "PZ-1", project_id=made.id), actor=ALICE)
    with pytest.raises(Refused, match="another year"):
        projects.change_project(made.id, replace(PROJECT, year=2023), actor=ALICE)


def test_the_parts_of_a_contract_stay_within_what_it_costs() -> None:
    made = contracts.register_contract(CONTRACT, actor=ALICE)
    first = contracts.add_term(made.id, TermEntry("首付款", "合同签订后", Decimal(60)), actor=ALICE)
    refusals: list[tuple[Any, str]] = [
        (lambda: contracts.add_term(made.id, TermEntry("尾款", "", Decimal("40.01")), actor=ALICE), "amount"),
        (lambda: contracts.add_term(made.id, TermEntry("首付款"), actor=ALICE), "label"),
        (lambda: contracts.add_term(made.id, TermEntry(" "), actor=ALICE), "label"),
        (lambda: contracts.change_term(first.id, TermEntry("首付款", "", Decimal(101)), actor=ALICE), "amount"),
        (lambda: contracts.change_contract(made.id, replace(CONTRACT, amount=Decimal(59)), actor=ALICE), "amount"),
        (lambda: contracts.register_contract(CONTRACT, actor=ALICE), "number"),
        (
            lambda: contracts.register_contract(replace(CONTRACT, number="HT-2", amount=Decimal(0)), actor=ALICE),
            "amount",
        ),
        (
            lambda: contracts.register_contract(replace(CONTRACT, number="HT-2", project_id=9), actor=ALICE),
            "project_id",
        ),
    ]
    for act, field in refusals:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == field
    assert (counted(Contract), counted(PaymentTerm)) == (1, 1)
    contracts.add_term(made.id, TermEntry("尾款", "验收后", Decimal(40)), actor=ALICE)
    assert contracts.change_term(first.id, TermEntry("首付款", "签订后十日", Decimal(60)), actor=ALICE) == {
        "condition": ("合同签订后", "签订后十日")
    }


def test_a_payment_belongs_to_its_contract_and_through_it_to_the_project_of_its_year() -> None:
    project = projects.register_project(PROJECT, actor=ALICE)
    contract = contracts.register_contract(replace(CONTRACT, project_id=project.id), actor=ALICE)
    other = contracts.register_contract(replace(CONTRACT, number="HT-2"), actor=ALICE)
    term = contracts.add_term(contract.id, TermEntry("首付款"), actor=ALICE)
    paid = BudgetLine("payment", day("03-01"), Decimal("22545000.01"), "PZ-1", term_id=term.id, source="fiscal")
    entry = post_entry(paid, actor=ALICE)
    assert (entry.project_id, entry.contract_id, entry.term_id) == (project.id, contract.id, term.id)
    post_entry(replace(paid, voucher="PZ-2", on=day("2023-03-01")), actor=ALICE)
    wrong: list[tuple[BudgetLine, str]] = [
        (replace(paid, contract_id=other.id), "term_id"),
        (replace(paid, on=day("2023-03-01"), project_id=project.id), "project_id"),
        (replace(paid, kind="receipt", term_id=None, contract_id=contract.id), "contract_id"),
        (replace(paid, source="lottery"), "source"),
        (replace(paid, kind="gift"), "kind"),
        (replace(paid, kind="adjustment", term_id=None, amount=Decimal(0)), "amount"),
    ]
    for line, field in wrong:
        with pytest.raises(Refused) as refused:
            post_entry(replace(line, voucher="PZ-9"), actor=ALICE)
        assert refused.value.field == field
    with reading() as db:
        known = {one.voucher: one.project_id for one in standing_entries(db)}
        assert known == {"PZ-1": project.id, "PZ-2": None}, "a payment of another year is not this project's"
        entries = money.entries(db, Question(day("12-31")))
        assert money.paid(entries) == {(contract.id, term.id): Decimal("22545000.01")}
        assert money.parts(entries, "source")["fiscal"]["spent"] == Decimal("2254.500001")


def test_a_correction_is_a_reversal_and_a_right_entry_and_the_parts_add_up_to_the_whole() -> None:
    project = projects.register_project(PROJECT, actor=ALICE)
    wrong = post_entry(BudgetLine("appropriation", day("01-15"), Decimal(70000), "PZ-1"), actor=ALICE)
    post_entry(
        BudgetLine("adjustment", day("08-20"), Decimal(-20000), "PZ-2", approval="深财预〔2024〕8号"), actor=ALICE
    )
    right = replace(line_of(wrong), amount=Decimal(90000), project_id=project.id, source="carried_over")
    correct_entry(wrong, right, actor=ALICE, reason="金额录错")
    assert counted(BudgetEntry) == 4
    with pytest.raises(Conflict):
        correct_entry(wrong, right, actor=ALICE, reason="再来一次")
    assert counted(BudgetEntry) == 4, "a refused correction leaves nothing behind"
    with reading() as db:
        entries = money.entries(db, Question(day("12-31")))
        for dimension, parts in (("source", {"carried_over", ""}), ("project_id", {project.id, None})):
            found = money.parts(entries, dimension)
            assert set(found) == parts
            for name, kinds in money.COLUMNS.items():
                assert sum(part[name] for part in found.values()) == money.budget(entries, kinds)


def test_the_bought_side_is_kept_by_those_who_keep_the_whole_city() -> None:
    made = contracts.register_contract(CONTRACT, actor=ALICE)
    before = counted(AuditEntry)
    for actor in (DANA, EVE):
        for act in (
            lambda who: projects.register_project(PROJECT, actor=who),
            lambda who: projects.change_project(1, PROJECT, actor=who),
            lambda who: contracts.register_contract(replace(CONTRACT, number="HT-2"), actor=who),
            lambda who: contracts.change_contract(made.id, replace(CONTRACT, note="x"), actor=who),
            lambda who: contracts.add_term(made.id, TermEntry("首付款"), actor=who),
            lambda who: contracts.change_term(1, TermEntry("首付款"), actor=who),
        ):
            with pytest.raises(Forbidden):
                act(actor)
    assert (counted(Project), counted(Contract), counted(AuditEntry)) == (0, 1, before)
