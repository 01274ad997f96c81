"""The figures as other programs get them: the same numbers and rows as everywhere else."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from licensetrack.core.db import reading
from licensetrack.measures.catalogue import MEASURES, figures, measure
from licensetrack.measures.json_form import json_form
from licensetrack.measures.question import Question
from tests.site import EXPECTED, House


def asked(house: House, path: str, role: str = "operator", status: int = 200) -> Any:
    """The answer's JSON."""
    answer = house.client(role).get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("application/json")
    return answer.json


@pytest.mark.parametrize("entry", EXPECTED["as_of"], ids=lambda entry: entry["as_of"])
def test_the_figures_are_the_published_ones(house: House, entry: dict[str, Any]) -> None:
    found = asked(house, f"/figures?as_of={entry['as_of']}")
    assert found["as_of"] == entry["as_of"]
    assert found["figures"]["units.served"] == entry["units_served"]
    assert found["figures"]["virtualization.accepted_cpus"] == entry["virtualization"]["accepted_cpus"]
    assert found["figures"]["import.pass_rate"] == entry["import_pass_rate_percent"]


def test_the_answer_is_the_command_lines(house: House) -> None:
    with reading() as db:
        values = figures(db, Question(dt.date(2024, 8, 31)))
        rows = measure("bms.issued_sets").trace(db, Question(dt.date(2024, 8, 31)))
    assert asked(house, "/figures?as_of=2024-08-31")["figures"] == json_form(values)
    assert asked(house, "/figures/bms.issued_sets/trace?as_of=2024-08-31")["rows"] == json_form(rows)


@pytest.mark.parametrize("name", MEASURES)
def test_every_trace_adds_up(house: House, name: str) -> None:
    found = asked(house, f"/figures/{name}/trace?as_of=2024-10-31")
    if MEASURES[name].is_rate:
        parts = [sum(Decimal(str(row[part])) for row in found["rows"]) for part in ("numerator", "denominator")]
        assert Decimal(str(found["value"])) == (parts[0] * 100 / parts[1]).quantize(Decimal("0.01"))
    else:
        assert Decimal(str(found["value"])) == sum(Decimal(str(row["value"])) for row in found["rows"])


def test_what_was_not_yet_known_is_left_out(house: House) -> None:
    found = asked(house, "/figures?as_of=2024-12-31&known_at=2020-01-01T00:00:00")
    assert found["figures"]["units.served"] == 0
    assert found["figures"]["import.pass_rate"] is None


def test_a_scope_narrows_the_figures_and_hides_the_money(house: House) -> None:
    whole, part = (
        asked(house, "/figures?as_of=2024-12-31"),
        asked(house, "/figures?as_of=2024-12-31", "district_manager"),
    )
    assert 0 < part["figures"]["units.served"] < whole["figures"]["units.served"]
    assert not [name for name in part["figures"] if name.startswith(("budget.", "support."))]
    assert asked(house, "/figures/budget.spent/trace", "district_manager", 403)["code"] == 403


def test_a_measure_that_does_not_exist_is_not_found(house: House) -> None:
    assert "units.sold" in asked(house, "/figures/units.sold/trace", status=404)["message"]


@pytest.mark.parametrize("query", ["as_of=yesterday", "as_of=2024-02-30", "known_at=x"])
def test_a_question_that_cannot_be_read_names_the_parameter(house: House, query: str) -> None:
    assert query.split("=", maxsplit=1)[0] in asked(house, f"/figures?{query}", status=422)["errors"]["query"]


def test_without_a_session_there_is_no_answer_and_no_page(house: House) -> None:
    assert asked(house, "/figures", "nobody", 401)["code"] == 401
    assert asked(house, "/nowhere", status=404)["code"] == 404


def test_a_method_that_is_not_taken_says_which_are(house: House) -> None:
    answer = house.client().put("/api/v1/figures", json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_interface_describes_itself(house: House) -> None:
    described = asked(house, "/openapi.json")
    inventory = {"/api/v1/inventory/positions", "/api/v1/inventory/scans"}
    assert set(described["paths"]) == {"/api/v1/figures", "/api/v1/figures/{name}/trace"} | inventory
    names = {parameter["name"] for parameter in described["paths"]["/api/v1/figures"]["get"]["parameters"]}
    assert names == {"as_of", "known_at"}
