"""What is wrong with a request is told in words, at its line and field; what is merely remarkable stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from licensetrack.core.errors import Refused
from licensetrack.requests.content import read, tidy
from licensetrack.requests.findings import Finding, error, merged
from licensetrack.requests.rules import Held, Licensed, Surroundings, check_other_person, findings_of
from licensetrack.units.rules import scope_concern
from tests.asking import line, typed

AROUND = Surroundings(
    metrics={"virtualization": "cpu", "cloud_management": "cpu", "bms": "set"},
    rests_on={"bms": "cloud_management"},
    held={
        "SQ-1": Held("SQ-1", "virtualization", "formal", 16, "政务云一号", "企业版"),
        "SQ-T": Held("SQ-T", "virtualization", "temporary", 8, "政务云二号"),
    },
    licensed={
        "ESN-MINE": [Licensed("virtualization", "SQ-1")],
        "ESN-FOREIGN": [Licensed("virtualization", "")],
        "ESN-OTHER": [Licensed("cloud_management", "SQ-3")],
    },
)


def found(*lines: dict[str, str], around: Surroundings = AROUND, **more: str) -> list[Finding]:
    content = tidy(typed(*lines, **more) if lines else {**typed(), "lines": []})
    asked, unread = read(content)
    return merged(unread, findings_of(asked, around))


def errors(*lines: dict[str, str], **more: Any) -> list[tuple[str, str]]:
    return [(x.field, x.message) for x in found(*lines, **more) if x.stops]


def warnings(*lines: dict[str, str], **more: Any) -> list[str]:
    return [x.message for x in found(*lines, **more) if not x.stops]


def test_a_complete_request_has_no_findings() -> None:
    assert found(line(edition="企业版")) == []


def test_a_request_for_nothing_is_an_error() -> None:
    assert [field for field, _ in errors()] == ["lines"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (line(product=""), "product"),
        (line(product="windows"), "product"),
        (line(license_kind=""), "license_kind"),
        (line(license_kind="eternal"), "license_kind"),
        (line(platform=""), "platform"),
        (line(cpus=""), "cpus"),
        (line(cpus="许多"), "cpus"),
        (line(cpus="0", hosts=""), "cpus"),
        (line(cpus="-4", hosts=""), "cpus"),
        (line(cpus="12"), "cpus"),
        (line(wanted_on="2025-02-30"), "wanted_on"),
        (line("expansion", set="SQ-9", cpus="4"), "set"),
        (line("expansion", cpus="4"), "set"),
        (line("expansion", set="SQ-1"), "cpus"),
        (line("renewal", set="SQ-1"), "valid_until"),
        (line("renewal", set="SQ-9", valid_until="2026-12-31"), "set"),
        (line("formalize", set="SQ-1", cpus="8"), "set"),
        (line("formalize", set="SQ-T"), "cpus"),
        (line("migration", set="SQ-1", reason="搬迁"), "platform"),
        (line("return", set="SQ-1"), "reason"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(asked: dict[str, str], field: str) -> None:
    assert [name for name, _ in errors(asked)] == [field]


@pytest.mark.parametrize(
    "asked",
    [
        line("expansion", set="SQ-1", cpus="4", hosts="n1\t4"),
        line("renewal", set="SQ-1", valid_until="2026年12月31日"),
        line("formalize", set="SQ-T", cpus="8", hosts="n1\t8"),
        line("migration", set="SQ-1", site="坪山机房", reason="机房搬迁"),
        line("return", set="SQ-1", reason="平台停用"),
    ],
)
def test_what_the_unit_holds_can_be_changed(asked: dict[str, str]) -> None:
    assert errors(asked) == []


def test_a_company_is_warned_of_and_a_unit_that_has_ended_is_refused() -> None:
    concern = scope_concern("91440300MA5EXAMPL1", True)
    company = Surroundings(concern=concern, metrics=AROUND.metrics)
    assert "91" in concern
    assert warnings(line(), around=company) == [concern]
    assert errors(line(), around=company) == []
    closed = Surroundings(ended=error("“%(name)s” was closed."), metrics=AROUND.metrics)
    assert errors(line(), around=closed) == [("", "“%(name)s” was closed.")]


def test_a_fingerprint_that_is_licensed_already_is_told_without_naming_what_one_may_not_see() -> None:
    [mine] = found(line(fingerprint="esn-mine", platform="三号"))
    assert (mine.field, mine.stops, mine.values) == ("fingerprint", True, {"number": "SQ-1"})
    [foreign] = found(line(fingerprint="ＥＳＮ－FOREIGN", platform="三号"))
    assert (foreign.stops, foreign.values) == (True, {})
    [other] = found(line(fingerprint="ESN-OTHER", platform="三号"))
    assert not other.stops


def test_a_set_may_keep_its_own_fingerprint() -> None:
    asked = line("migration", set="SQ-1", fingerprint="ESN-MINE", site="二号机房", reason="搬迁")
    assert errors(asked) == []


def test_two_lines_do_not_ask_for_the_same_host_or_set() -> None:
    assert errors(line(), line(platform="二号"))[0][0] == "fingerprint"
    twice = [line("return", set="SQ-1", reason="停用")] * 2
    assert errors(*twice)[0][0] == "set"


def test_one_platform_does_not_mix_editions() -> None:
    assert [field for field, _ in errors(line(edition="标准版"))] == ["edition"]
    assert errors(line(edition="标准版", platform="三号"), line(edition="企业版", platform="三 号", fingerprint="E2"))
    assert (
        errors(line(edition="标准版", platform="三号"), line(edition="企业版", platform="四号", fingerprint="E2")) == []
    )


def test_bms_needs_cloud_management_held_or_asked_for_together() -> None:
    bms = line(product="bms", cpus="", hosts="", fingerprint="E3")
    assert [field for field, _ in errors(bms)] == ["product"]
    assert errors(bms, line(product="cloud_management", fingerprint="E4")) == []
    holding = Surroundings(
        metrics=AROUND.metrics, rests_on=AROUND.rests_on, held={"C": Held("C", "cloud_management", "formal", 4)}
    )
    assert errors(bms, around=holding) == []


def test_more_than_32_cores_in_a_cpu_is_a_warning() -> None:
    assert len(warnings(line(hosts="n1\t16\t64"))) == 1
    assert warnings(line(hosts="n1\t16\t32")) == []


def test_without_hosts_or_fingerprint_a_new_set_is_remarkable_only() -> None:
    assert len(warnings(line(hosts="", fingerprint=""))) == 2
    assert errors(line(hosts="", fingerprint="")) == []


def test_nobody_reviews_what_they_asked_wrote_or_accepted() -> None:
    check_other_person("rita", writers=["bob"], acceptor="alice")
    for login in ("bob", "alice"):
        with pytest.raises(Refused):
            check_other_person(login, writers=["bob"], acceptor="alice")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\u200bb", "a\u202eb"])
def test_signs_that_nobody_sees_are_not_kept(text: str) -> None:
    assert tidy(typed(reason=text))["reason"] == "ab"


def test_a_text_or_a_request_too_long_is_refused() -> None:
    for content in (typed(reason="长" * 1001), typed(*[line()] * 101), typed({"kind": "gift"})):
        with pytest.raises(Refused):
            tidy(content)
