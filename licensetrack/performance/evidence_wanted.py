"""What a framework wants as evidence against what is there: for each indicator and kind its files, or that none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from licensetrack.performance.evidence_queries import evidence_of
from licensetrack.performance.evidence_rules import INDICATOR, Target
from licensetrack.performance.framework import Framework, Indicator, framework
from licensetrack.performance.models import Evaluation
from licensetrack.performance.scorecard import Gap
from licensetrack.performance.sheet import EvidencePaper


@dataclass(frozen=True)
class WantedLine:
    """One kind of evidence that an indicator wants, with the files of it; `wanted` is empty for further files."""

    indicator: Indicator
    wanted: str
    papers: tuple[EvidencePaper, ...]

    @property
    def missing(self) -> bool:
        """Whether there is none of it."""
        return bool(self.wanted) and not self.papers


def wanted_lines(wanting: Framework, papers: Sequence[EvidencePaper]) -> list[WantedLine]:
    """Every indicator that wants or has evidence, kind by kind in the framework's order, further files last."""
    lines = []
    for indicator in wanting.leaves():
        for wanted in (*indicator.wanted_evidence, ""):
            fitting = tuple(paper for paper in papers if _answers(paper, indicator, wanted))
            if wanted or fitting:
                lines.append(WantedLine(indicator, wanted, fitting))
    return lines


def evidence_gaps(lines: Sequence[WantedLine]) -> list[Gap]:
    """What must be laid before the evaluation can be completed."""
    return [
        Gap(line.indicator.code, line.indicator.name, "The evidence wanted is not there:", line.wanted)
        for line in lines
        if line.missing
    ]


def wanted_of(db: Session, found: Evaluation) -> list[WantedLine]:
    """The evidence of an evaluation: what its framework wants, and what is there."""
    return wanted_lines(framework(found.framework, found.framework_code), evidence_of(db, found))


def missing_evidence(db: Session, found: Evaluation) -> list[Gap]:
    """What an evaluation still lacks in evidence."""
    return evidence_gaps(wanted_of(db, found))


def target_of(found: Evaluation, line: WantedLine) -> Target:
    """Where a file goes that is to fill the line."""
    return Target(INDICATOR, line.indicator.code, found.framework_code, found.year, line.wanted)


def _answers(paper: EvidencePaper, indicator: Indicator, wanted: str) -> bool:
    """A kind that the framework no longer wants counts among the further files."""
    kinds = {kind for code, kind in paper.proves if code == indicator.code}
    if wanted:
        return wanted in kinds
    return bool(kinds) and not kinds & set(indicator.wanted_evidence)
