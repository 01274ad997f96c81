"""Pages of service orders: what an order is asked about follows the file of its kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from licensetrack.core.db import reading
from licensetrack.support import kinds
from licensetrack.support.order_queries import Wanted, orders
from tests.site import House, person

KEPT = (kinds.kinds, kinds.extra_fields, kinds.severities, kinds.sources)


@pytest.fixture
def crane(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An office's file, in which a relocation is asked for one thing more."""
    said = kinds.data()
    moved = {**said["kinds"]["relocation"], "extra": ["from_site", "crane"]}
    more = {"kinds": {**said["kinds"], "relocation": moved}}
    more["extra"] = {**said["extra"], "crane": {"word": "吊装要求", "name": "Crane needed"}}
    monkeypatch.setattr(kinds, "data", lambda: {**said, **more})
    for words in KEPT:
        words.cache_clear()
    yield
    for words in KEPT:
        words.cache_clear()


def test_a_new_word_in_the_file_is_a_field_of_the_form_without_any_code(own_house: House, crane: None) -> None:
    assert "吊装要求" in own_house.get("/service/new?kind=relocation")
    assert "吊装要求" not in own_house.get("/service/new?kind=training")
    sent = {"kind": "relocation", "title": "整体搬迁", "source": "phone", "to": "SZ0001", "once": "c" * 32}
    answer = own_house.client().post("/service/new", data={**sent, "crane": "需要 5 吨吊车"})
    assert answer.status_code == 303
    with reading() as db:
        [(order, _)] = orders(db, Wanted(), actor=person("operator"))
    assert order.extra == {"crane": "需要 5 吨吊车"}
    assert "需要 5 吨吊车" in own_house.get(f"/service/{order.number}")
