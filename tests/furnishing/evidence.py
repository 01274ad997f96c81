"""Objects of the area "evidence" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.core.db import reading
from licensetrack.performance.evidence_queries import links_of
from tests.furnishing.everything import Objects
from tests.performance.papers import C21, laid
from tests.site import person


def furnish(objects: Objects) -> Objects:
    """A PDF that proves something of the unit's set and of an indicator."""
    made = laid("验收单", f"set:{objects['own_set']}", C21, actor=person("performance_officer"))
    with reading() as session:
        [link, _] = links_of(session, made.id)
    return {"evidence": made.number, "evidence_link": link.id}
