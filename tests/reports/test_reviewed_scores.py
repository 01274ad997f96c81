"""Where a reviewer set a score, the report shows the unit's own beside it and counts the reviewed one."""

from dataclasses import replace
from decimal import Decimal

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.evaluation_tables import score_table
from licensetrack.reports.evaluation_text import Texts
from tests.reports.test_evaluation_wording import with_leaf


def test_own_and_reviewed_scores_stand_side_by_side(sheet: EvaluationSheet) -> None:
    plain = score_table(sheet, Texts(sheet), "")
    assert [column.title for column in plain.columns][-2:] == ["分值", "得分"]
    changed = with_leaf(sheet, "A11", own_score=Decimal(3), review_reason="依据不足", reviewer="饶核")
    reviewed = replace(changed, own_total=Decimal("99.5"))
    table = score_table(reviewed, Texts(reviewed), "")
    assert [column.title for column in table.columns][-3:] == ["分值", "自评得分", "审核得分"]
    rows = {str(row[2]): row for row in table.rows}
    assert rows["立项依据充分性"][-2] == Decimal(3)
    assert table.totals[0][-2] == Decimal("99.5")
    assert round(sum(column.width or 0 for column in table.columns), 2) == 1
