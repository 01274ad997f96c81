"""A cloud platform: what it is, which sets were imported into it, and where that is described."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.queries import SetRow, sets_of_unit
from licensetrack.allocation.stages import HELD
from licensetrack.core.db import reading, transaction
from licensetrack.units import queries
from licensetrack.units.platforms import describe_platform, description_of
from licensetrack.web import unit_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.unit_forms import PlatformForm

platforms = Blueprint("platforms", __name__, url_prefix="/platforms")

SAID_BY_SETS = ("site", "edition", "fingerprint")


@platforms.get("/<int:platform_id>")
@needs("units:read")
def one(platform_id: int) -> ResponseReturnValue:
    """One platform with its sets."""
    return _page(platform_id)


@platforms.post("/<int:platform_id>")
@needs("units:platform:describe")
def describe(platform_id: int) -> ResponseReturnValue:
    """Says what the platform is."""
    form = PlatformForm()
    with reading() as db:
        queries.platform(db, platform_id, actor().scope)  # a foreign platform is not there, whatever the form says

    def act() -> str:
        with transaction() as db:
            platform, _ = queries.platform(db, platform_id, actor().scope)
            describe_platform(platform, form.description(), actor=actor(), seen=form.seen)
        return url_for("platforms.one", platform_id=platform_id)

    return perform(form, act, lambda: _page(platform_id, form))


def said_by_sets(rows: list[SetRow]) -> dict[str, list[str]]:
    """Field → what the sets of a platform say of it, each saying once."""
    return {field: list(dict.fromkeys(text for row in rows if (text := getattr(row, field)))) for field in SAID_BY_SETS}


def _page(platform_id: int, form: PlatformForm | None = None) -> str:
    visitor = actor()
    with reading() as db:
        platform, unit = queries.platform(db, platform_id, visitor.scope)
        rows: list[SetRow] = []
        if allows(visitor, "allocation:read"):
            rows = [row for row in sets_of_unit(db, unit.id) if row.platform == platform.name]
        held = [row for row in rows if row.stage in HELD]
        said = said_by_sets(held)
        if form is None:
            form = _filled(platform, said)
        return render_template(
            "units/platform.html", platform=platform, unit=unit, rows=rows, said=said, form=form,
            cpus=sum(row.cpus or 0 for row in held), held=held, words=unit_words,
        )  # fmt: skip


def _filled(platform: Any, said: dict[str, list[str]]) -> PlatformForm:
    """The form as the platform is described; where nothing is said, what all its sets agree on."""
    form = PlatformForm(None, obj=description_of(platform))
    for field, texts in said.items():
        if not getattr(platform, field) and len(texts) == 1:
            form[field].data = texts[0]
    return form
