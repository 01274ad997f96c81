"""Numbers in addresses: what no database can hold is the number of nothing, never an error of the program."""

import re

import pytest
from werkzeug.routing import IntegerConverter

from licensetrack.web.digits import whole
from tests.site import House


def test_a_row_s_number_that_no_column_holds_is_not_found_at_any_address(house: House) -> None:
    asked = 0
    for rule in house.app.url_map.iter_rules():
        numbered = any(isinstance(kind, IntegerConverter) for kind in rule._converters.values())
        path = re.sub(r"<path:\w+>|<\w+>", "x", re.sub(r"<int:\w+>", "9" * 30, rule.rule))
        if numbered and "GET" in (rule.methods or ()) and "<" not in path:
            assert house.client("operator").get(path).status_code == 404, rule
            asked += 1
    assert asked > 20


@pytest.mark.parametrize("digits", ["9" * 10, "9" * 30, "9" * 6000])
@pytest.mark.parametrize(
    "address",
    ["/?unit=", "/sets?page=", "/waiting?days=", "/desk/expiring?within=", "/requests?days=", "/certificates/new?unit=",
     "/figures/units.served?page=", "/archive?page="],
)  # fmt: skip
def test_a_number_too_long_is_as_if_none_was_asked_for(house: House, address: str, digits: str) -> None:
    assert house.client("operator").get(address + digits).status_code in (200, 404)


@pytest.mark.parametrize("text", ["", " ", "-1", "+1", "1.0", "1e3", "1_000", "１２", "9" * 10, None])
def test_what_is_no_plain_number_is_otherwise(text: str | None) -> None:
    assert whole(text, 7) == 7
    assert whole(text) is None


def test_a_plain_number_is_itself() -> None:
    assert [whole(" 42 "), whole("007"), whole("0", 5)] == [42, 7, 0]
