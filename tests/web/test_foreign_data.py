"""A unit's people never read of another unit: every page that they may open is walked and searched for its names."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from licensetrack.allocation.models import LicenseSet
from licensetrack.core import db
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.requests.models import LicenseRequest
from licensetrack.units.models import Unit
from tests.site import DISTRICT, House
from tests.web.routes.table import placed, table

MOST = 200  # pages to walk; a walk that finds more is cut, so that a page that links to itself for ever ends


def words_of_others(role: str, own_unit: int) -> set[str]:
    """Names, codes and numbers of everything that lies outside the role's scope."""
    with db.reading() as session:
        units = {unit.id: unit for unit in session.scalars(select(Unit))}
        mine = {n for n, unit in units.items() if (n == own_unit if role == "unit_user" else unit.district == DISTRICT)}
        found = {word for n, unit in units.items() if n not in mine for word in (unit.name, unit.code, unit.phone)}
        for model in (LicenseSet, LicenseRequest, AcceptanceCertificate):
            found |= {row.number for row in session.scalars(select(model)) if row.unit_id not in mine}
        return {word for word in found if len(word) > 4}


def pages(house: House, role: str) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links from those of the table, with its text."""
    waiting = ["/desk", "/?as_of=2024-12-31"]
    for key, route in table().items():
        if key[1] == "GET" and role in route.who and not route.open:
            waiting += [placed(address, house.objects) for address in (route.address, route.foreign) if address]
    seen: set[str] = set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        shape = re.sub(r"\d+", "9", address)  # of pages that differ by a number alone, four are enough
        if address in seen or sum(re.sub(r"\d+", "9", one) == shape for one in seen) >= 4:
            continue
        seen.add(address)
        with house.client(role).get(address) as answer:
            if answer.mimetype not in ("text/html", "text/csv", "application/json"):
                continue
            text = answer.text
        yield address, text
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for link in BeautifulSoup(text, "html.parser").select("main a[href], nav a[href]"):
                target = str(link["href"])
                if not urlsplit(target).netloc and target.startswith("/"):
                    waiting.append(target.partition("#")[0])


@pytest.mark.parametrize("role", ["unit_user", "district_manager"])
def test_no_page_that_a_unit_or_a_district_reaches_tells_of_another(full_house: House, role: str) -> None:
    others = words_of_others(role, int(full_house.objects["own_unit"]))
    assert len(others) > 300
    pattern = re.compile("|".join(re.escape(word) for word in sorted(others, key=len, reverse=True)))
    told, walked = [], 0
    for address, text in pages(full_house, role):
        asked = {word for word in others if word in address or quote(word) in address}  # a page may repeat the question
        leaks = set(pattern.findall(text)) - asked
        if leaks:
            told.append(f"{address}: {sorted(leaks)[:5]}")
        walked += 1
    assert not told, "\n".join(told)
    assert walked > 40


def test_somebody_who_sees_everything_does_read_of_others(full_house: House) -> None:
    others = words_of_others("unit_user", int(full_house.objects["own_unit"]))
    assert any(word in full_house.get("/sets") for word in others)
