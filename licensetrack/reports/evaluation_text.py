"""The evaluation's bound numbers, and its sentence templates filled with them."""

from __future__ import annotations

from licensetrack.performance.sheet import EvaluationSheet, ScoredIndicator
from licensetrack.reports.document import Paragraph, Tone
from licensetrack.reports.evaluation_words import figure_label, figure_order
from licensetrack.reports.numbers import Figure, Unit
from licensetrack.reports.wording import Span, plain, sentence


class Texts:
    """Fills templates of one evaluation; every number in them is one of its figures.

    A number typed by hand that no figure backs, or that differs from its figure, raises a `sentences.WordingError` that
    names the place.
    """

    def __init__(self, sheet: EvaluationSheet) -> None:
        self.figures = {
            name: Figure(name, frozen.value, Unit(frozen.unit), figure_label(frozen), frozen.behind)
            for name, frozen in sorted(sheet.figures.items(), key=lambda item: figure_order(item[0]))
        }

    def __getitem__(self, name: str) -> Figure:
        """The figure of that name. Raises KeyError."""
        return self.figures[name]

    def get(self, name: str) -> Figure | None:
        """The figure of that name, if there is one."""
        return self.figures.get(name)

    def spans(self, template: str, place: str) -> tuple[Span, ...]:
        """The sentence with its figures still bound."""
        return sentence(template, self.figures, place)

    def paragraph(self, template: str, place: str, tone: Tone = Tone.BODY) -> Paragraph:
        """The sentence as a paragraph."""
        return Paragraph(self.spans(template, place), tone)

    def plain(self, template: str, place: str) -> str:
        """The sentence as text, for a table cell."""
        return plain(self.spans(template, place))


def place_of(leaf: ScoredIndicator, part: str) -> str:
    """Where a text of an indicator stands, for refusals: A22 绩效指标明确性 评分说明."""
    return f"{leaf.code} {leaf.name} {part}"


def verdict(leaf: ScoredIndicator, texts: Texts) -> str:
    """Why the indicator got its score, with the word on a deviation and the mark of an assumption; empty if unsaid."""
    parts = []
    if leaf.reason:
        parts.append(texts.plain(leaf.reason, place_of(leaf, "评分说明")))
    if leaf.explanation:
        parts.append("偏差说明：" + texts.plain(leaf.explanation, place_of(leaf, "偏差说明")))
    if leaf.assumption:
        parts.insert(0, "【假设】")
    return "".join(parts)
