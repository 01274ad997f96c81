"""A unit's self-assessment (10/50/30/10) runs beside the department's evaluation of the same year."""

from __future__ import annotations

import io
import secrets

from bs4 import BeautifulSoup
from pypdf import PdfReader

from licensetrack.performance.framework import load
from licensetrack.performance.framework_copying import copied
from licensetrack.performance.framework_drafting import draft_framework, put_in_force
from tests.site import House, person

OFFICER = "performance_officer"


def in_force() -> None:
    data = copied(load("self-assessment"), code="self-2024", name="2024年度自评", year=2024, keep_targets=False)
    for branch in data["level1"]:
        for lower in branch["level2"]:
            for leaf in lower["level3"]:
                if leaf["nature"] != "qualitative" and "target_from" not in leaf:
                    leaf["target"] = 100
    put_in_force(draft_framework(data, actor=person(OFFICER)), actor=person("manager"))


def test_it_is_begun_and_printed_from_the_same_pages(own_house: House) -> None:
    in_force()
    offered = BeautifulSoup(own_house.get("/evaluations/new", OFFICER), "html.parser")
    assert "self-2024" in [option["value"] for option in offered.select("select[name=framework] option")]
    form = {
        "once": secrets.token_hex(16), "year": "2024", "as_of": "2024-12-31", "framework": "self-2024",
        "source": "blank",
    }  # fmt: skip
    answer = own_house.client(OFFICER).post("/evaluations/new", data=form)
    assert answer.status_code == 303, answer.text[-800:]
    address = str(answer.location).removesuffix("/write")
    assert "单位自评" in own_house.get("/evaluations", OFFICER)
    assert "单位自评" in own_house.get(address, OFFICER)
    assert "2024 单位自评" in own_house.get("/desk/evaluation_drafts", OFFICER)
    for page in ("write", "write/header", "write/marks/B11", "texts", "outputs", "evidence"):
        own_house.get(f"{address}/{page}", OFFICER)
    printed = own_house.client(OFFICER).get(f"{address}/outputs/self-assessment.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.data)).pages)
    printed.close()
    assert "自评指标体系" in text
    assert "部门评价指标体系" not in text
