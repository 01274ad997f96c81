"""A trade in which everything happened once, built once for each kind of database, for tests to break."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.allocation import life, unit_changes
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.core import blobs, db
from licensetrack.core.db import reading, transaction
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.directory import rename_unit
from licensetrack.units.models import Unit
from tests.conftest import BOTH
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit
from tests.verify.acceptance_trade import acceptances
from tests.verify.evaluation_breakages import write_a_draft
from tests.verify.evidence_trade import lay_evidence
from tests.verify.forgery import compact
from tests.verify.framework_breakages import frameworks_of_a_year
from tests.verify.handover_trade import hand_over
from tests.verify.inventory_breakages import reconcile
from tests.verify.job_breakages import leave_jobs
from tests.verify.monitoring_breakages import monitor
from tests.verify.month_breakages import close_a_month
from tests.verify.procurement_breakages import buy
from tests.verify.request_breakages import ask_and_review
from tests.verify.support_breakages import serve


def trade_of_a_year() -> None:
    """Sets with every kind of life, money, service, a person, a paper and a signed evaluation."""
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    third = unit("SZ0003", district="罗湖区")
    accepted("SQ-PLAIN", near)
    issued("SQ-AT-HOME", near, details={"platform": "福田政务云"})
    issued("SQ-NEXT-DOOR", far, details={"platform": "南山政务云"})
    returned = accepted("SQ-RETURNED", near)
    life.return_set(returned, actor=ALICE, on=day("06-01"), reason="平台停用")
    traveller = accepted("SQ-TRAVELLER", third)
    life.relocate_set(traveller, far, actor=ALICE, on=day("06-01"), reason="机构职能划转")
    life.relocate_set(traveller, third, actor=ALICE, on=day("07-01"), reason="划回")
    declined = imported("SQ-DECLINED", near, import_on="02-10")
    life.decline_import(declined, actor=ALICE, on=day("02-12"), reason="容量不一致")
    life.record_import(declined, actor=ALICE, on=day("02-14"))
    life.accept_import(declined, actor=ALICE, on=day("02-15"), evidence="b.pdf")
    temporary = issued("SQ-FORMAL-T", near, on="01-10", kind="temporary")
    life.supersede_set(temporary, actor=ALICE, on=day("02-01"))
    issued("SQ-FORMAL", near, predecessor="SQ-FORMAL-T")
    wrong = accepted("SQ-CORRECTED", near)
    with reading() as session:
        issue = facts_of(standing_events(session, wrong.id))[1000]
    life.correct_fact(fresh(wrong), issue._replace(cpus=18), actor=ALICE, reason="录入错误")
    rehosted = issued("SQ-REHOSTED", near, details={"fingerprint": "ESN-1", "valid_until": "2026-12-31"})
    life.replace_host(
        rehosted, actor=ALICE, on=day("05-01"), old_fingerprint="ESN-1", new_fingerprint="ESN-2", reason="主板更换"
    )
    mistaken = issued("SQ-MISTAKEN", near)
    life.void_set(mistaken, actor=ALICE, on=day("02-02"), reason="发放有误")
    hand_over(near)
    accepted("SQ-BMS", near, None, product="bms")
    kept = post_entry(BudgetLine("appropriation", day("01-15"), Decimal(75150000), "PZ-1"), actor=ALICE)
    slip = post_entry(BudgetLine("payment", day("03-15"), Decimal("12.34"), "PZ-2"), actor=ALICE)
    reverse_entry(slip, actor=ALICE, reason="重复")
    assert kept.id != slip.id
    buy()
    nine, ten = (dt.datetime.combine(day("05-06"), dt.time(hour)) for hour in (9, 10))
    order = OrderLine("FW-1", near.id, near.district, "巡检", nine, ten)
    record_orders([order], actor=ALICE)
    record_orders([OrderLine(**{**order.__dict__, "satisfaction": 5})], actor=ALICE)
    create_user("dana", "Dana", "auditor", "correct horse 4", actor=SYSTEM)
    with transaction() as session:
        blobs.store(session, "验收单".encode(), "验收单.txt")
    units_over_time(near)
    acceptances(third)
    ask_and_review(near)
    serve(near)
    frameworks_of_a_year()
    _sign_an_evaluation(lay_evidence())
    write_a_draft()
    monitor()
    reconcile()
    leave_jobs()
    close_a_month()


def units_over_time(near: Unit) -> None:
    """A unit that was renamed and merged, one that was closed, and one whose closing was taken back."""
    merged, closed, reopened = unit("SZ0004"), unit("SZ0005"), unit("SZ0006")
    rename_unit(merged, "单位SZ0004新名", on=day("03-01"), actor=ALICE)
    accepted("SQ-MERGED", merged)
    unit_changes.merge_unit(merged, near, on=day("06-01"), actor=ALICE, reason="机构改革")
    for one in (closed, reopened):
        unit_changes.close_unit(one, on=day("06-01"), actor=ALICE, reason="撤销")
    unit_changes.reopen_unit(reopened, actor=ALICE, reason="登记有误")


def _sign_an_evaluation(papers: list[dict[str, object]]) -> None:
    lines = compact({"number": "SQ-PLAIN", "value": 16}) + "\n"
    digests = {"virtualization.accepted_cpus": hashlib.sha256(lines.encode()).hexdigest()}
    content = compact({"papers": papers, "trace_digests": digests})
    instant = "2024-12-31 00:00:00.000000"
    rows = {
        "evaluation": {
            "id": 1, "kind": "evaluation", "year": 2024, "version": 1, "stage": "reviewed", "revision": 1,
            "as_of": "2024-12-31", "known_at": instant, "framework_code": "2024", "framework_digest": "",
            "framework": "{}", "paper": "{}", "figures": "{}", "total": "99", "grade": "优", "signed_at": instant,
        },
        "indicator_result": {
            "id": 1, "evaluation_id": 1, "position": 1, "code": "A11", "weight": "100", "value_text": "", "score": "99",
            "band": "", "reason": "", "explanation": "", "facts": "", "evidence": "[]", "assumption": False,
        },
        "evaluation_snapshot": {
            "id": 1, "evaluation_id": 1, "content": content, "algorithm": "sha256",
            "digest": hashlib.sha256(content.encode()).hexdigest(), "frozen_at": instant,
        },
        "evaluation_trace": {
            "id": 1, "evaluation_id": 1, "measure": "virtualization.accepted_cpus", "part": 0, "lines": lines,
        },
    }  # fmt: skip
    with transaction() as session:
        for table, row in rows.items():
            columns, places = ", ".join(row), ", ".join(f":{name}" for name in row)
            session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), row)
        session.execute(text("UPDATE evaluation SET stage = 'signed'"))


@pytest.fixture(scope="module", params=BOTH)
def books(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Path]:
    """The process bound to a database with the trade of a year; gives the folder of its files."""
    folder = tmp_path_factory.mktemp("books")
    before = blobs.folder()
    blobs.use_folder(folder / "blobs")
    if request.param == "sqlite":
        shutil.copyfile(migrated_sqlite, folder / "books.db")
        engine = db.connect(f"sqlite:///{folder / 'books.db'}")
        trade_of_a_year()
        yield folder / "blobs"
        engine.dispose()
    else:
        with request.getfixturevalue("postgres_server").migrated() as url:
            engine = db.connect(url)
            trade_of_a_year()
            yield folder / "blobs"
            engine.dispose()
    blobs.use_folder(before)
