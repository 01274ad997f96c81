"""Ledgers for tests of loading: small ones from short lines, the sample year's own, and copies with cells changed."""

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import text

from licensetrack.core import db
from licensetrack.exchange import loading
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.loading import NamedBytes
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question, Value
from tests.exchange.making import workbook
from tests.invariants import broken
from tests.trade import ALICE, day

SAMPLE = Path(__file__).parents[2] / "data" / "2024"
HEADINGS = {
    "单位名录": ("单位编码", "单位名称", "单位类别", "层级", "所属区"),
    "授权发放台账": (
        "授权编号",
        "单位名称",
        "产品类别",
        "授权类型",
        "CPU数量",
        "临时授权日期",
        "正式授权发放日期",
        "备注",
    ),
    "导入验收台账": ("授权编号", "导入日期", "导入结果", "失败原因", "验收日期", "验收结论", "验收人", "佐证材料"),
    "授权变更台账": ("授权编号", "变更类型", "变更日期", "CPU增减", "调入单位", "变更原因"),
    "预算执行台账": ("类型", "日期", "金额（万元）", "摘要", "凭证号"),
    "技术服务台账": ("工单编号", "单位名称", "服务类型", "受理时间", "响应时间", "完成时间", "处理结果", "满意度"),
}
UNITS, ISSUES, IMPORTS, CHANGES, BUDGET, SERVICES = HEADINGS

BUREAU, SCHOOL, HOSPITAL = "深圳市发展局", "南山实验学校", "龙岗人民医院"
DIRECTORY = (
    ("SZ0001", BUREAU, "市级党政机关", "市级", "福田区"),
    ("SZ0002", SCHOOL, "公立学校", "区级", "南山区"),
    ("SZ0003", HOSPITAL, "公立医院", "区级", "龙岗区"),
)


def ledger(kind: str, *rows: Sequence[object], name: str = "") -> NamedBytes:
    """A ledger of one kind with these lines, as a file."""
    return NamedBytes(f"{name or kind}.xlsx", workbook({kind: [HEADINGS[kind], *rows]}))


def units() -> NamedBytes:
    """The directory of the three units."""
    return ledger(UNITS, *DIRECTORY)


def issue(
    number: str, unit: str = BUREAU, cpus: int | None = 16, on: str = "02-01", product: str = "虚拟化软件", **more: Any
) -> tuple[object, ...]:
    """A line of the issue ledger; `temporary` is the day of a temporary licence before, `kind` 正式 or 临时."""
    temporary = more.get("temporary")
    formal = day(on) if on else None
    before = day(temporary) if temporary else None
    return (number, unit, product, more.get("kind", "正式"), cpus, before, formal, more.get("note", ""))


def attempt(number: str, on: str = "02-10", accepted: str = "", failed: str = "") -> tuple[object, ...]:
    """A line of the import ledger: a success, with its acceptance on `accepted`; or a failure with its reason."""
    result = ("失败", failed) if failed else ("成功", "")
    verdict = (day(accepted), "通过", "王芳", f"{number}-验收单.pdf") if accepted else (None, "", "", "")
    return (number, day(on), *result, *verdict)


def change(number: str, what: str, on: str, cpus: int | None = None, to: str = "", why: str = "") -> tuple[object, ...]:
    """A line of the change ledger."""
    return (number, what, day(on), cpus, to, why)


def order(
    number: str, unit: str = BUREAU, satisfaction: int = 5, received: str = "2024-03-01 09:00"
) -> tuple[object, ...]:
    """A line of the service ledger: answered after an hour, done after a day."""
    came = dt.datetime.fromisoformat(received)
    hour, later = dt.timedelta(hours=1), dt.timedelta(days=1)
    return (number, unit, "授权申请及导入", came, came + hour, came + later, "已解决", satisfaction)


def sample(kind: str) -> NamedBytes:
    """A ledger of the sample year."""
    return NamedBytes(f"{kind}.xlsx", (SAMPLE / f"{kind}.xlsx").read_bytes())


def sample_year() -> list[NamedBytes]:
    """All six ledgers of the sample year."""
    return [sample(kind) for kind in HEADINGS]


def edited(file: NamedBytes, cells: Mapping[tuple[str, str], object], name: str = "") -> NamedBytes:
    """A copy of a file in which cells are changed: (a word of the row, the column's heading) → the new value."""
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    sheet = book.active
    headings = next(row for row in sheet.iter_rows() if sum(cell.value is not None for cell in row) > 3)
    for (word, heading), value in cells.items():
        column = next(cell.column for cell in headings if cell.value == heading)
        row = next(row for row in sheet.iter_rows() if any(cell.value == word for cell in row))
        sheet.cell(row[0].row, column).value = value
    out = io.BytesIO()
    book.save(out)
    return NamedBytes(name or file.name, out.getvalue())


def load(*files: NamedBytes) -> Outcome:
    """Loads files that are right; the outcome."""
    outcome = loading.load(files, actor=ALICE)
    assert not outcome.refused, [problem.line() for problem in outcome.problems]
    return outcome


def refused(*files: NamedBytes) -> list[str]:
    """The errors of files that are wrong, a line each."""
    outcome = loading.load(files, actor=ALICE)
    assert outcome.refused
    return [problem.line() for problem in outcome.problems if problem.severity == "error"]


def did(outcome: Outcome, action: str = "") -> list[tuple[str, str, dict[str, tuple[object, object]]]]:
    """What a load did (everything that is not `same`, or one action): subject, action, fields."""
    wanted = [c for c in outcome.changes if (c.action == action if action else c.action != "same")]
    return [(c.subject, c.action, dict(c.fields)) for c in wanted]


def count(name: str, on: str = "12-31", known_at: dt.datetime | None = None) -> Value:
    """One figure as of a day."""
    with db.reading() as session:
        return figures(session, Question(day(on), known_at))[name]


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with db.reading() as session:
        connection = session.connection()
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if connection.dialect.name == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = sorted(connection.execute(text(names)).scalars())
        return {
            name: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"'))), key=repr) for name in tables
        }


def files_in(folder: Path) -> list[Path]:
    """The files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def books_are_right() -> None:
    """Every invariant holds."""
    assert broken() == []


def figures_are_those_of_the_sample_year() -> None:
    """The figures equal expected.json on each of its four dates."""
    expected = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
    for asked in expected["as_of"]:
        with db.reading() as session:
            found = figures(session, Question(dt.date.fromisoformat(asked["as_of"])))
        wanted = {
            f"{product}.{name}": value
            for product in ("virtualization", "cloud_management", "bms")
            for name, value in asked[product].items()
        }
        wanted |= {"units.served": asked["units_served"]}
        assert {name: found[name] for name in wanted} == wanted, asked["as_of"]
        assert float(found["import.pass_rate"] or 0) == asked["import_pass_rate_percent"]
