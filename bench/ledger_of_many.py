"""A large issue ledger as a workbook, and the installation it is loaded into; the same on every run."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import xlsxwriter

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db, schema
from licensetrack.units.directory import UnitEntry, register_unit

ROWS = 100_000
UNITS = 500
HEADINGS = (
    "序号", "授权编号", "单位名称", "产品类别", "云平台名称", "授权类型", "CPU数量", "临时授权日期", "正式授权发放日期",
    "授权文件", "维保到期日", "备注",
)  # fmt: skip
DISTRICTS = ("市本级", "福田区", "罗湖区", "南山区", "龙岗区")
FIRST = dt.date(2024, 1, 2)


def installation(folder: Path) -> str:
    """A database with units at the newest migration, and a folder for files; returns its address."""
    url = f"sqlite:///{folder / 'bench.db'}"
    schema.upgrade(url)
    connect(url, folder)
    with db.transaction():
        for n in range(1, UNITS + 1):
            register_unit(UnitEntry(f"SZ{n:04d}", unit_name(n), "事业单位", DISTRICTS[n % 5]), actor=SYSTEM)
    return url


def connect(url: str, folder: Path) -> None:
    """Binds this process to an installation."""
    db.connect(url)
    blobs.use_folder(folder / "blobs")


def unit_name(n: int) -> str:
    """The name of the n-th unit."""
    return f"深圳市第{n}单位（示例）"


def write_workbook(path: Path) -> None:
    """An issue ledger like the sample year's: two products, one row in thirty with a temporary date before."""
    chance = random.Random(2024)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("授权发放台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, ROWS + 1):
            unit, issued = chance.randint(1, UNITS), FIRST + dt.timedelta(days=chance.randrange(350))
            product = chance.choice(("虚拟化软件", "云管理软件"))
            platform = f"第{unit}单位政务云资源池{chance.randrange(4)}"
            cpus, number = 4 * chance.randint(1, 60), f"SQ-2024-{row:06d}"
            sheet.write_row(row, 0, (row, number, unit_name(unit), product, platform, "正式", cpus))
            if row % 30 == 0:
                sheet.write_datetime(row, 7, issued - dt.timedelta(days=1), day)
            sheet.write_datetime(row, 8, issued, day)
            sheet.write_string(row, 9, f"{number}.lic")
            sheet.write_datetime(row, 10, dt.date(2027, 12, 31), day)
