"""A set lives its whole life in the browser, by five people and the keyboard alone; the figures are right after each
step."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Site, watched
from tests.e2e.people import Person

ESN = "2102311ABC2026000001"
NEW_ESN = "2102311ABC2026000777"
HOSTS = "主机名\tCPU颗数\t每颗核数\nnode-1\t8\t24\nnode-2\t8\t24\n"
PLATFORM = "政务云二期平台"
COUNTED = (
    "virtualization.issued_sets",
    "virtualization.issued_cpus",
    "virtualization.accepted_sets",
    "virtualization.accepted_cpus",
)


def license_file(folder: Path, name: str, esn: str, cpus: int) -> Path:
    """A licence file as a vendor makes it."""
    path = folder / name
    path.write_text(
        f"<?xml version='1.0' encoding='UTF-8'?>\n<License><LSN>LIC{esn[-6:]}</LSN><LicType>COMM</LicType>"
        f"<ESN>{esn}</ESN><CPU>{cpus}</CPU></License>\n",
        encoding="utf-8",
    )
    return path


def screenshot(folder: Path) -> Path:
    """A small picture such as a platform's page."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes([40, 90, 160] * 32) for _ in range(20))
    path = folder / "平台授权页面.png"
    header = struct.pack(">IIBBBBB", 32, 20, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


def field(person: Person, name: str) -> Locator:
    """The field of that name in the page's own part."""
    return person.page.locator(f"main [name='{name}']").first


def figures(manager: Person) -> dict[str, int]:
    """What the manager's overview and list of figures show today."""
    manager.go("/figures")
    shown = {}
    for name in COUNTED:
        shown[name] = int(manager.page.locator(f"a[data-figure='{name}']").first.inner_text().replace(",", ""))
    return shown


class Books:
    """What the figures must be: told step by step, compared with the manager's page after each."""

    def __init__(self, manager: Person) -> None:
        self._manager = manager
        self._expected = figures(manager)

    def move(self, *, issued: tuple[int, int] = (0, 0), accepted: tuple[int, int] = (0, 0)) -> None:
        """So many sets and CPUs more (or less) are issued and accepted, and nothing else moved."""
        for name, change in zip(COUNTED, (*issued, *accepted), strict=True):
            self._expected[name] += change
        assert figures(self._manager) == self._expected


def ask(unit: Person) -> str:
    """The unit asks for a new platform; a mistake is told at its field first."""
    unit.go("/requests/new")
    unit.tick(unit.page.locator("#kind-new"))
    unit.button("开始填写")
    unit.write(field(unit, "contact"), "王某")
    unit.write(field(unit, "reason"), "二期系统上云")
    unit.choose_value(field(unit, "lines-0-product"), "virtualization")
    unit.choose_value(field(unit, "lines-0-license_kind"), "formal")
    unit.write(field(unit, "lines-0-platform"), PLATFORM)
    unit.write(field(unit, "lines-0-site"), "三楼机房")
    unit.write(field(unit, "lines-0-edition"), "企业版")
    unit.write(field(unit, "lines-0-hosts"), HOSTS)
    unit.write(field(unit, "lines-0-fingerprint"), ESN)
    unit.write(field(unit, "lines-0-cpus"), "20")
    expect(unit.page.locator("[data-kept]")).to_contain_text(re.compile(r"\d\d:\d\d"))
    unit.button("提交")
    expect(unit.page.locator(".note-error").first).to_contain_text("16")  # its hosts have 16 CPUs, it asks for 20
    unit.write(field(unit, "lines-0-cpus"), "16")
    unit.button("提交")
    number = re.findall(r"XQ-\d{4}-\d{4}", unit.page.url)
    assert number, unit.page.url
    expect(unit.page.locator("main .stage").first).to_have_text("已提交")
    return str(number[0])


def review(operator: Person, reviewer: Person, unit: Person, number: str) -> None:
    """The centre returns it once, the unit mends it, one takes it on, another approves."""
    operator.go(f"/requests/{number}")
    operator.unfold("退回补正")
    operator.write(operator.page.locator("#note-return"), "请写明机房")
    operator.button("退回补正")
    unit.go(f"/requests/{number}/edit")
    expect(unit.page.locator("main")).to_contain_text("请写明机房")
    unit.write(field(unit, "lines-0-site"), "市民中心三楼机房")
    unit.button("提交")
    expect(unit.page.locator("main .stage").first).to_have_text("已提交")
    operator.go(f"/requests/{number}")
    expect(operator.page.locator("main")).to_contain_text("市民中心三楼机房")
    operator.button("受理")
    reviewer.go(f"/requests/{number}")
    reviewer.button("批准")
    expect(reviewer.page.locator("main .stage").first).to_have_text("已批准")


def issue(operator: Person, folder: Path, number: str) -> str:
    """The centre issues the line with the vendor's file; one for another host is told before anything is written."""
    operator.go("/issuing")
    operator.press(operator.page.locator("main tr", has_text=number).get_by_role("link", name="发放").first)
    wrong = license_file(folder, "LIC_2102311ABC2026009999.xml", "2102311ABC2026009999", 16)
    operator.give(field(operator, "file"), wrong)
    operator.button("发放")
    expect(operator.page.locator("main")).to_contain_text("该文件与授权的主机不符")
    operator.give(field(operator, "file"), license_file(folder, f"LIC_{ESN}.xml", ESN, 16))
    operator.button("发放")
    operator.go(f"/requests/{number}")
    expect(operator.page.locator("main .stage").first).to_have_text("已办结")
    return operator.page.locator("main a[href^='/sets/']").last.inner_text()


def take_over(unit: Person, license_set: str) -> None:
    """The unit signs for the file and takes it out, saying why."""
    unit.go(f"/sets/{license_set}")
    unit.press(unit.page.locator("main .license-file a").first)
    unit.button("签收")
    expect(unit.page.locator("main")).to_contain_text("QS-")
    unit.write(unit.page.locator("form[action$='/download'] [name=reason]"), "导入云平台")
    unit.reach(unit.page.locator("form[action$='/download']").get_by_role("button"))
    with unit.page.expect_download() as download:
        unit.page.keyboard.press("Enter")
    assert ESN in Path(download.value.path()).read_text(encoding="utf-8")


def take_in(vendor: Person, unit: Person, folder: Path, license_set: str) -> None:
    """The engineer's attempt fails, the unit's shows too few CPUs and leaves the set open, the next one is right."""
    vendor.go(f"/imports/{license_set}")
    vendor.choose_value(field(vendor, "outcome"), "failed")
    vendor.choose_value(field(vendor, "reason_code"), "clock")
    vendor.button("登记")
    for shown, stage in (("12", "已发放"), ("16", "已导入")):
        unit.go(f"/imports/{license_set}")
        unit.choose_value(field(unit, "outcome"), "succeeded")
        unit.write(field(unit, "shown_cpus"), shown)
        unit.write(field(unit, "shown_fingerprint"), ESN)
        unit.give(field(unit, "screenshot"), screenshot(folder))
        unit.button("登记")
        unit.go(f"/sets/{license_set}")
        expect(unit.page.locator("main .stage").first).to_have_text(stage)


def accept(unit: Person, operator: Person, license_set: str) -> str:
    """The unit draws the certificate and signs, the centre counter-signs."""
    unit.go("/certificates")
    unit.link("开具验收单")
    unit.tick(unit.page.get_by_label(license_set, exact=True).first)
    unit.button("开具验收单")
    for box in unit.page.locator("#form-sign input[type=checkbox]").all():
        unit.tick(box)
    unit.tick(unit.page.locator("#sign-conclusion-pass"))
    unit.button("签字")
    number = re.findall(r"YS-\d{4}-\d{4}", unit.page.url)[0]
    operator.go(f"/certificates/{number}")
    operator.button("中心签字")
    expect(operator.page.locator("main")).to_contain_text("通过")
    with unit.page.expect_download() as download:
        unit.go(f"/certificates/{number}")
        unit.reach(unit.page.get_by_role("link", name="PDF").first)
        unit.page.keyboard.press("Enter")
    content = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == f"{hashlib.sha256(content).hexdigest()}.pdf"
    return str(number)


def expand(unit: Person, operator: Person, reviewer: Person, license_set: str) -> None:
    """The unit asks for 8 CPUs more and is granted 6; the centre adds them to the same set."""
    unit.go("/requests/new")
    unit.tick(unit.page.locator("#kind-expansion"))
    unit.button("开始填写")
    unit.write(field(unit, "contact"), "王某")
    unit.write(field(unit, "reason"), "新增业务")
    unit.choose_value(field(unit, "lines-0-set"), license_set)
    unit.write(field(unit, "lines-0-cpus"), "8")
    unit.write(field(unit, "lines-0-reason"), "新增业务")
    unit.button("提交")
    expect(unit.page.locator("main .stage").first).to_have_text("已提交")
    number = re.findall(r"XQ-\d{4}-\d{4}", unit.page.url)[0]
    operator.go(f"/requests/{number}")
    operator.button("受理")
    reviewer.go(f"/requests/{number}")
    reviewer.write(reviewer.page.locator("#approve-granted-0"), "6")
    reviewer.button("批准")
    operator.go("/issuing")
    operator.press(operator.page.locator("main tr", has_text=number).get_by_role("link", name="发放").first)
    operator.button("发放")
    operator.go(f"/requests/{number}")
    expect(operator.page.locator("main .stage").first).to_have_text("已办结")


def change(operator: Person, license_set: str, act: str, button: str, **fields: str) -> None:
    """One act of the centre on a set, looked at before it is done."""
    operator.go(f"/sets/{license_set}")
    operator.press(operator.page.locator(f"main a[href*='/changes/{act}/']").first)
    for name, text in fields.items():
        operator.write(field(operator, name), text)
    operator.write(field(operator, "reason"), "按申请办理")
    operator.button("预览变化")
    operator.button(button)
    expect(operator.page).to_have_url(re.compile(f"/sets/{license_set}"))


def at_unit(manager: Person, unit_id: int) -> int:
    """Accepted virtualization CPUs of one unit."""
    manager.go(f"/figures/virtualization.accepted_cpus?unit={unit_id}")
    return int(manager.page.locator(".figure-value span").first.inner_text().replace(",", ""))


def live(enter: Callable[[str], Person], folder: Path, people: dict[str, Person]) -> None:
    """The whole life; `people` holds who took part, also when it breaks off."""
    for role in ("unit_user", "operator", "reviewer", "vendor_engineer", "manager"):
        people[role] = enter(role)
    unit, operator, reviewer, vendor, manager = people.values()
    books = Books(manager)
    number = ask(unit)
    review(operator, reviewer, unit, number)
    books.move()
    license_set = issue(operator, folder, number)
    books.move(issued=(1, 16))
    take_over(unit, license_set)
    take_in(vendor, unit, folder, license_set)
    books.move()
    accept(unit, operator, license_set)
    books.move(accepted=(1, 16))
    expand(unit, operator, reviewer, license_set)
    books.move(issued=(0, 6), accepted=(0, 6))
    here, there = at_unit(manager, 1), at_unit(manager, 2)
    change(operator, license_set, "relocate", "迁移至其他单位", to="SZ0002", platform="教育云平台", site="教育局机房")
    books.move()
    assert (at_unit(manager, 1), at_unit(manager, 2)) == (here - 22, there + 22)
    unit.page.goto(f"/sets/{license_set}")
    expect(unit.page.locator("h1")).to_have_text("未找到")
    change(operator, license_set, "replace-host", "更换主机", old_fingerprint=ESN, new_fingerprint=NEW_ESN)
    expect(operator.page.locator("[aria-labelledby=revocations]")).to_contain_text("60")
    books.move()
    change(operator, license_set, "return", "回收")
    books.move(issued=(-1, -22), accepted=(-1, -22))


@pytest.mark.slow
def test_a_set_lives_its_whole_life_by_five_people_and_the_keyboard_alone(
    browser: Browser, site: Site, violations: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    with ExitStack() as windows:

        def enter(role: str) -> Person:
            options: dict[str, Any] = {"locale": "zh-CN", "viewport": {"width": 1440, "height": 900}}
            context, watch = windows.enter_context(watched(browser, site.url, **options))
            watch.expect("422|404")  # mistakes are part of the story
            one = site.logins[role]
            return Person(context.new_page(), violations).sign_in(one["login"], one["password"])

        people: dict[str, Person] = {}
        live(enter, tmp_path, people)
        assert {role: person.found for role, person in people.items() if person.found} == {}
