"""Whatever waits stands on the list of whoever has to act, and on nobody else's; with a link that they may follow."""

import pytest
from bs4 import BeautifulSoup

from licensetrack.accounts.permissions import allows
from licensetrack.core.clock import today
from licensetrack.requests.fulfillment import fulfill_line
from licensetrack.web.work_lists import HOMES, LISTS
from tests.asking import approved, its_lines, line
from tests.site import House, person
from tests.trade import unit

# List, who looks, and the names (tests/furnishing/) of what is on it; with "-" of what must not be.
EXPECTED = [
    ("to_review", "operator", "own_request foreign_request -own_returned -own_taken_on -own_draft"),
    ("to_review", "reviewer", "own_request foreign_request"),
    ("to_approve", "reviewer", "own_taken_on foreign_taken_on -own_request -own_approved"),
    ("delegated", "operator", "own_taken_on foreign_taken_on -own_request"),
    ("delegated", "reviewer", "-own_taken_on"),
    ("to_issue", "operator", "own_approved foreign_approved -own_taken_on"),
    ("to_confirm", "reviewer", "consent"),
    ("frameworks", "manager", "framework_code"),
    ("returned", "unit_user", "own_returned own_draft -foreign_returned -own_request -foreign_draft"),
    ("with_the_unit", "operator", "own_returned foreign_returned own_certificate own_file_set -own_draft"),
    ("revocations", "operator", "own_replaced_set foreign_replaced_set -own_ending_set"),
    ("revocations", "unit_user", "own_replaced_set -foreign_replaced_set"),
    ("with_the_unit", "manager", "own_returned foreign_returned -own_draft"),
    ("with_the_unit", "district_manager", "own_returned own_certificate -foreign_returned -foreign_certificate"),
    ("to_receive", "unit_user", "own_file_set -foreign_file_set"),
    ("imports", "unit_user", "own_waiting_set -foreign_waiting_set"),
    ("imports", "vendor_engineer", "own_waiting_set foreign_waiting_set -own_ending_set"),
    ("to_import", "operator", "own_waiting_set foreign_waiting_set"),
    ("to_sign", "unit_user", "own_certificate -foreign_certificate"),
    ("to_accept", "operator", "own_ending_set foreign_ending_set"),
    ("to_accept", "unit_user", "own_ending_set -foreign_ending_set"),
    ("expiring", "operator", "own_ending_set foreign_ending_set"),
    ("expiring", "unit_user", "own_ending_set -foreign_ending_set"),
    ("expiring", "district_manager", "own_ending_set -foreign_ending_set"),
    ("differences", "operator", "own_difference_label foreign_difference_label -asked_difference_label"),
    ("waivers", "reviewer", "asked_difference_label -own_difference_label"),
    ("held", "unit_user", "own_set own_ending_set -foreign_set"),
]  # fmt: skip


def links(page: str) -> dict[str, str]:
    """Number → where its row leads."""
    found = BeautifulSoup(page, "html.parser").select("table.work th[scope=row] a")
    return {link.get_text(): str(link["href"]) for link in found}


@pytest.mark.parametrize(("key", "role", "names"), EXPECTED, ids=[f"{key}-{role}" for key, role, _ in EXPECTED])
def test_what_waits_stands_on_the_list_of_who_has_to_act(full_house: House, key: str, role: str, names: str) -> None:
    rows = links(full_house.get(f"/desk/{key}", role))
    for name in names.split():
        label = str(full_house.objects[name.lstrip("-")])
        assert (label in rows) is not name.startswith("-"), f"{name} ({label})"
        if label in rows:
            full_house.get(rows[label], role)  # the link leads somewhere


@pytest.mark.parametrize("role", sorted(HOMES))
def test_every_row_of_every_home_leads_to_a_page_that_its_reader_may_see(full_house: House, role: str) -> None:
    for key in HOMES[role]:
        if allows(person(role), LISTS[key].permission):
            for address in list(links(full_house.get(f"/desk/{key}", role)).values())[:3]:
                full_house.get(address, role)


def test_a_single_granted_line_leads_straight_to_its_issue_and_several_to_their_request(own_house: House) -> None:
    holder = unit("SZ9101")
    one = approved(holder, line(fingerprint="E1"))
    two = approved(holder, line(fingerprint="E2", platform="二号"), line(fingerprint="E3", platform="三号"))
    [only], [first, second] = its_lines(one), its_lines(two)
    rows = links(own_house.get("/desk/to_issue"))
    assert (rows[one.number], rows[two.number]) == (f"/issuing/lines/{only.id}", f"/requests/{two.number}")
    fulfill_line(first, actor=person("operator"), on=today())
    rows = links(own_house.get("/desk/to_issue"))
    assert rows[two.number] == f"/issuing/lines/{second.id}"
    assert one.number in own_house.get(rows[one.number])


def test_an_exact_number_of_anything_leads_straight_to_it(full_house: House) -> None:
    for name, address in (("own_request", "/requests/"), ("own_certificate", "/certificates/"), ("own_set", "/sets/")):
        number = str(full_house.objects[name])
        answer = full_house.client().get("/search", query_string={"q": number.lower()})
        assert answer.location == f"{address}{number}"
        foreign = str(full_house.objects[name.replace("own", "foreign")])
        assert full_house.client("unit_user").get("/search", query_string={"q": foreign}).location is None
