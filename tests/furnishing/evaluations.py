"""Objects of the area "evaluations" in the house of the access table; tests/furnishing/everything.py says more."""

import datetime as dt

from licensetrack.core.db import reading
from licensetrack.performance import frameworks, queries
from licensetrack.performance.evaluations import complete_evaluation, evaluate
from licensetrack.performance.starting import blank_paper
from licensetrack.performance.working_paper import working_paper
from tests.furnishing.everything import Objects
from tests.performance.papers import lay_wanted
from tests.site import person

DAY = dt.date(2024, 12, 31)


def furnish(objects: Objects) -> Objects:
    """A draft that has just begun, and an evaluation that waits for its review; both of years of their own."""
    officer = person("performance_officer")
    with reading() as db:
        used = frameworks.in_force(db, "department-2024")  # with the target that the area "frameworks" adjusted
    draft = evaluate(blank_paper(used, 2023, DAY), used, actor=officer, finished=False)
    with reading() as db:
        signed = queries.latest_signed(db, 2024)
        paper = queries.paper_of(signed).data
    other = working_paper({**paper, "header": {**paper["header"], "year": 2022}})
    lay_wanted(used, 2022, actor=officer)
    completed = complete_evaluation(evaluate(other, actor=officer), actor=officer)
    return {"draft_evaluation": draft.id, "completed_evaluation": completed.id, "signed_evaluation": signed.id}
