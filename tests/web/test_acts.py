"""A form acts once: sent twice, from two tabs, with other content or with fields that nobody asked for."""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import render_template_string, url_for
from wtforms import IntegerField
from wtforms.validators import InputRequired

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.units.directory import UnitEntry, register_unit
from licensetrack.units.queries import units
from licensetrack.web.access import actor, signed_in
from licensetrack.web.acts import ActForm, perform
from tests.site import House

PAGE = (
    '{% import "_forms.html" as f with context %}{{ f.problem(form) }}'
    '<form method="post">{{ f.hidden(form, 3) }}{{ f.field(form.number) }}</form>'
)


class NumberForm(ActForm):
    """One number."""

    number = IntegerField("Number", [InputRequired()])


@dataclass
class Counter:
    """A page whose form registers a unit; it remembers how often its act began."""

    house: House
    begun: list[int] = field(default_factory=list)

    def send(self, by: str = "operator", **fields: Any) -> Any:
        """Sends the form as that person; a key of its own unless one is given."""
        fields.setdefault("once", secrets.token_hex(16))
        return self.house.client(by).post("/act", data=fields)

    def registered(self) -> list[str]:
        """The units that the form has registered."""
        with reading() as db:
            return [unit.code for unit in units(db, search="ACT-")]


@pytest.fixture
def counter(altered_house: House) -> Counter:
    made = Counter(altered_house)

    def view() -> Any:
        form = NumberForm()

        def act() -> str:
            number = int(form.number.data or 0)
            made.begun.append(number)
            register_unit(UnitEntry(f"ACT-{number}", f"试验单位{number}", "公立学校", "福田区"), actor=actor())
            if number > 100:
                raise Refused("The CPU quantity is missing.").at("number")
            if number == 100:
                raise Conflict("This upload is being loaded already.")
            return url_for("ledger.sets", q=f"ACT-{number}")

        return perform(form, act, lambda: render_template_string(PAGE, form=form))

    altered_house.app.add_url_rule("/act", "act", signed_in(view), methods=["POST"])
    return made


def test_a_form_sent_twice_acts_once_and_leads_to_the_same_place(counter: Counter) -> None:
    key = secrets.token_hex(16)
    answers = [counter.send(number=1, once=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert {answer.location for answer in answers} == {"/sets?q=ACT-1"}
    assert counter.begun == [1]
    assert counter.registered() == ["ACT-1"]


def test_twenty_clicks_at_once_act_once(counter: Counter) -> None:
    key, codes = secrets.token_hex(16), []
    counter.house.client("operator")
    barrier = threading.Barrier(20)
    cookies = counter.house.client("operator").get_cookie("licensetrack")
    assert cookies is not None

    def click() -> None:
        browser = counter.house.app.test_client()
        browser.set_cookie("licensetrack", cookies.value)
        barrier.wait()
        codes.append(browser.post("/act", data={"number": 2, "once": key}).status_code)

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [303] * 20
    assert counter.begun == [2]
    assert counter.registered() == ["ACT-2"]


def test_the_same_key_with_other_content_is_a_conflict(counter: Counter) -> None:
    key = secrets.token_hex(16)
    counter.send(number=1, once=key)
    assert counter.send(number=2, once=key).status_code == 409
    assert counter.registered() == ["ACT-1"]


def test_a_key_is_its_person_s_own(counter: Counter) -> None:
    key = secrets.token_hex(16)
    counter.send(number=1, once=key)
    assert counter.send("manager", number=1, once=key).status_code == 403
    assert counter.registered() == ["ACT-1"]


def test_a_refusal_stands_at_its_field_keeps_what_was_typed_and_leaves_nothing(counter: Counter) -> None:
    key = secrets.token_hex(16)
    answer = counter.send(number=101, once=key, version=7)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    [typed] = page.select("input[name=number]")
    assert typed["value"] == "101"
    assert typed["aria-invalid"] == "true"
    assert page.select_one(f"#{typed['aria-describedby']}") is not None
    assert [one["value"] for one in page.select("input[name=once], input[name=version]")] == [key, "7"]
    assert counter.registered() == []
    assert counter.send(number=9, once=key).status_code == 303  # mended, the same form goes through
    assert counter.registered() == ["ACT-9"]


def test_a_conflict_is_a_page_of_its_own_and_leaves_nothing(counter: Counter) -> None:
    assert counter.send(number=100).status_code == 409
    assert counter.registered() == []


@pytest.mark.parametrize("key", ["", "short", "Z" * 32, "0" * 31])
def test_a_form_without_its_key_does_nothing(counter: Counter, key: str) -> None:
    assert counter.send(number=1, once=key).status_code == 422
    assert counter.begun == []


@pytest.mark.parametrize("name", ["role", "unit_id", "stage", "numbers", "number_", "csrf"])
def test_a_field_that_the_form_does_not_know_is_refused(counter: Counter, name: str) -> None:
    answer = counter.send(number=1, **{name: "1"})
    assert answer.status_code == 422
    assert name in answer.text
    assert counter.begun == []
