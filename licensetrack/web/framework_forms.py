"""Forms about frameworks: begun, weighed, edited node by node, discarded; and a target adjusted from a day on."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty

from licensetrack.core.errors import Refused
from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance.framework_toml import settings_text
from licensetrack.performance.rules.scoring import RULES
from licensetrack.web import framework_words
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import NumberField, WholeField, day_field, number_of, reason_field

CODE = lazy_gettext("Code")
NAME = lazy_gettext("Name")


def _text(label: Any, longest: int, *, needed: bool = True) -> StringField:
    return StringField(label, [InputRequired() if needed else MayBeEmpty(), Length(max=longest)])


def _words(label: Any, longest: int = 2000, *, needed: bool = True) -> TextAreaField:
    return TextAreaField(label, [InputRequired() if needed else MayBeEmpty(), Length(max=longest)])


def _measures(label: Any) -> SelectField:
    def choices() -> list[SelectChoice]:
        named = [SelectChoice(name, f"{gettext(one.label)} · {name}") for name, one in MEASURES.items()]
        return [SelectChoice("", gettext("none")), *named]

    return SelectField(label, choices=choices)


def _rules() -> list[SelectChoice]:
    return [SelectChoice(code, f"{gettext(rule.title)} · {code}") for code, rule in RULES.items()]


class NewForm(ActForm):
    """From which framework another one is begun, and for which year."""

    source = SelectField(lazy_gettext("Begin with"), choices=[])
    code = _text(CODE, 80)
    name = _text(NAME, 200)
    year = WholeField(lazy_gettext("Year"), [InputRequired()])
    targets = SelectField(
        lazy_gettext("Targets"),
        choices=[
            SelectChoice("reset", lazy_gettext("to be set anew")),
            SelectChoice("keep", lazy_gettext("kept as they held last")),
        ],
    )

    def offer(self, sources: Sequence[tuple[str, str]]) -> None:
        """What another one may begin with."""
        self.source.choices = [SelectChoice(value, label) for value, label in sources]


class UploadForm(ActForm):
    """A framework as a file."""

    file = FileField(lazy_gettext("Framework as a TOML file"))


class PlainForm(ActForm):
    """An act that needs no words: a next version is drafted, a draft is put in force."""


class DiscardForm(ActForm):
    """Why a draft is not wanted."""

    reason = reason_field(lazy_gettext("Reason"))


class WeightsField(Field):
    """The weights of a whole tree, sent as `weight-CODE`: code → what was typed."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Reads what was sent."""
        self.data = {}
        for name in formdata or ():
            if name.startswith(f"{self.name}-"):
                self.data[name.removeprefix(f"{self.name}-")] = formdata[name]


class WeightsForm(ActForm):
    """The weights of a draft, all at once."""

    weight = WeightsField(lazy_gettext("Weight"))

    def weights(self) -> dict[str, Decimal]:
        """Code → weight. Raises Refused for one that is no number from 0 to 100 with two decimals at the most."""
        found = {}
        for code, text in self.weight.data.items():
            weight = number_of(text)
            if weight is None or not 0 <= weight <= 100 or weight != round(weight, 2):
                raise Refused("The weight of %(code)s is not a number from 0 to 100 with two decimals.", code=code)
            found[code] = weight
        return found


class MoveForm(ActForm):
    """A node up, down or away: `up:C11`."""

    act = HiddenField(validators=[InputRequired()])


class BranchForm(ActForm):
    """A node of the first or the second level."""

    code = _text(CODE, 20)
    name = _text(NAME, 80)
    parent = SelectField(lazy_gettext("Below"), choices=[], validate_choice=False)

    def fields(self) -> dict[str, Any]:
        """What was typed, as the content holds it."""
        return {"code": (self.code.data or "").strip(), "name": (self.name.data or "").strip()}

    def fill(self, node: dict[str, Any]) -> None:
        """Shows the node as it is."""
        self.code.data, self.name.data = node["code"], node["name"]


class IndicatorForm(BranchForm):
    """A node of the third level: what is to be reached, what it reads, how it scores, what proves it."""

    nature = SelectField(
        lazy_gettext("Nature"), choices=[SelectChoice(one, label) for one, label in framework_words.NATURES.items()]
    )
    target = NumberField(lazy_gettext("Target"), [MayBeEmpty()])
    unit = _text(lazy_gettext("Unit of measure"), 20, needed=False)
    target_text = _text(lazy_gettext("Target in words"), 200, needed=False)
    target_source = _text(lazy_gettext("Source of the target"), 200, needed=False)
    target_from = _measures(lazy_gettext("Another figure as target"))
    measure = _measures(lazy_gettext("Measure read"))
    per = _measures(lazy_gettext("In percent of"))
    rule = SelectField(lazy_gettext("Scoring rule"), choices=_rules)
    scoring = _words(lazy_gettext("Parameters of the rule"), needed=False)
    rule_text = _words(lazy_gettext("Scoring rule in words"), 500)
    definition = _words(lazy_gettext("Explanation of the indicator"), 1000)
    points = _words(lazy_gettext("Points to be looked at, one a line"), needed=False)
    formula = _text(lazy_gettext("Formula in words"), 300, needed=False)
    evidence = _words(lazy_gettext("Papers it rests on, one a line"), 1000, needed=False)
    wanted_evidence = _words(lazy_gettext("Kinds of evidence wanted, one a line"), 1000, needed=False)

    PLAIN = ("nature", "unit", "target_text", "target_source", "target_from", "measure", "per", "rule", "rule_text",
             "definition", "formula")  # fmt: skip
    LISTS = ("points", "evidence", "wanted_evidence")

    def fields(self) -> dict[str, Any]:
        """What was typed, as the content holds it. Raises ValueError where the parameters are no TOML."""
        made = super().fields()
        for name in self.PLAIN:
            made[name] = " ".join((self._fields[name].data or "").split())
        for name in self.LISTS:
            made[name] = [line.strip() for line in (self._fields[name].data or "").splitlines() if line.strip()]
        made["target"] = None if self.target.data is None else format(self.target.data, "f")
        made["scoring"] = tomllib.loads(self.scoring.data or "", parse_float=str) or None
        return made | {"steps": None, "pass_mark": None}

    def fill(self, node: dict[str, Any]) -> None:
        """Shows the node as it is."""
        super().fill(node)
        for name in self.PLAIN:
            self._fields[name].data = node.get(name, "")
        for name in self.LISTS:
            self._fields[name].data = "\n".join(node.get(name, ()))
        self.scoring.data = settings_text(node)
        self.target.data = Decimal(node["target"]) if "target" in node else None


class GeneralForm(ActForm):
    """What stands above the tree."""

    name = _text(NAME, 200)
    source = _text(lazy_gettext("Source"), 300, needed=False)
    grades = _words(lazy_gettext("Grades, the best first: name and from how many points"), 200)
    over = NumberField(lazy_gettext("An explanation is needed from this multiple of the target on"), [InputRequired()])
    under = NumberField(lazy_gettext("… and below this multiple of it"), [InputRequired()])


class TargetForm(ActForm):
    """Another target, from a day on."""

    value = NumberField(lazy_gettext("New target"), [InputRequired()])
    valid_from = day_field(lazy_gettext("Holds from"))
    author = _text(lazy_gettext("Set by"), 80)
    document = _text(lazy_gettext("Number of the document"), 200, needed=False)
    paper = FileField(lazy_gettext("The document (PDF, OFD, JPG or PNG, at most 20 MB)"))
    reason = reason_field(lazy_gettext("Reason"))
