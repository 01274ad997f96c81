"""Every address that changes something: no field but the form's own is taken, and no form without our own token."""

import itertools
import secrets

import pytest
from wtforms.form import BaseForm

from tests.site import House
from tests.web.probing import contents, names_of_columns
from tests.web.routes.shape import SCOPED, Key, Route
from tests.web.routes.table import placed, table

POSTS = {key: route for key, route in table().items() if key[1] == "POST"}
FEW = 3  # names for each address alone; tests/web/test_mass_assignment.py sends all of them with forms that are right


def who(route: Route) -> str:
    """Somebody who may ask it: one who sees everything, if there is one."""
    return min(route.who, key=lambda role: (role in SCOPED, role != "operator", role))


def refused(status: int, route: Route) -> bool:
    """Whether nothing was done: an error, or a view that leads on whatever is sent (a signed-in visitor signs in)."""
    return 400 <= status < 500 or (route.good in (302, 303) and status == route.good)


@pytest.fixture
def fields(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The fields of every form that was made meanwhile."""
    seen: set[str] = set()
    process = BaseForm.process

    def noting(form: BaseForm, *arguments: object, **more: object) -> None:
        seen.update(field.name for field in form._fields.values())  # type: ignore[attr-defined]
        process(form, *arguments, **more)

    monkeypatch.setattr(BaseForm, "process", noting)
    return seen


def send(house: House, key: Key, extra: dict[str, str], *, json: bool = False) -> int:
    """Asks with what the table says and these fields more."""
    route = POSTS[key]
    form = {name: placed(value, house.objects) for name, value in route.form.items()} | extra
    form.setdefault("once", secrets.token_hex(16))
    browser = house.client(who(route))
    with browser.post(placed(route.address, house.objects), **({"json": form} if json else {"data": form})) as answer:
        if key[0] == "account.sign_out":
            del house.clients[who(route)]
        return answer.status_code


def test_a_field_that_no_form_asks_for_changes_nothing_at_any_address(own_full_house: House, fields: set[str]) -> None:
    wrong, columns = [], itertools.cycle(names_of_columns())
    for key, route in POSTS.items():
        before = contents()
        fields.clear()
        send(own_full_house, key, {"no_form_has_this_field": "1"})
        own = fields | set(route.form)
        foreign = [name for name in itertools.islice(columns, 9 * FEW) if name not in own][:FEW]
        everything = {name: "1" for name in names_of_columns() if name not in own}
        for extra in (*({name: "1"} for name in foreign), everything):
            status = send(own_full_house, key, extra)
            if not refused(status, route):
                wrong.append(f"{key[0]} with {min(extra)}: {status}")
        status = send(own_full_house, key, everything, json=True)
        if not refused(status, route):
            wrong.append(f"{key[0]} with JSON: {status}")
        if contents() != before:
            wrong.append(f"{key[0]} changed what is recorded")
    assert not wrong, "\n".join(wrong)


def test_no_form_is_taken_without_our_own_token(own_full_house: House) -> None:
    own_full_house.app.config["WTF_CSRF_ENABLED"] = True
    before, wrong = contents(), []
    for key in POSTS:
        if (status := send(own_full_house, key, {})) != 400:
            wrong.append(f"{key[0]}: {status}")
        if (status := send(own_full_house, key, {"csrf_token": "a token of somebody else"})) != 400:
            wrong.append(f"{key[0]} with a foreign token: {status}")
    assert not wrong, "\n".join(wrong)
    assert contents() == before
