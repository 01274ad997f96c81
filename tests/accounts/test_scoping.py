"""A query shows the rows that a scope covers, no more and no fewer; a scope that nobody knows shows none."""

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.db import reading
from licensetrack.units.models import Unit
from tests.trade import unit


@pytest.mark.usefixtures("database")
def test_a_query_shows_what_the_scope_covers() -> None:
    units = [unit(f"SZ000{n}", district=district) for n, district in enumerate(["福田区", "南山区", "福田区"], 1)]
    scopes = [Scope(), Scope("district", "福田区"), Scope("district", "罗湖区"), Scope("unit", str(units[1].id))]
    for scope in scopes:
        query = select(Unit.code).where(*rows_within(scope, district=Unit.district, unit_id=Unit.id))
        with reading() as db:
            shown = set(db.scalars(query))
        assert shown == {u.code for u in units if scope.covers(district=u.district, unit_id=u.id)}, scope


@pytest.mark.usefixtures("database")
def test_a_scope_that_nobody_knows_shows_nothing() -> None:
    unit()
    query = select(Unit.code).where(*rows_within(Scope("planet", "1"), district=Unit.district, unit_id=Unit.id))
    with reading() as db:
        assert db.scalars(query).all() == []
