"""Who may ask what of the area "evidence"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import Key, Route

READERS = {"operator", "reviewer", "performance_officer", "manager", "auditor"}
LAYERS = {"operator", "performance_officer"}
ONE = "/evidence/{evidence}"


def act(name: str) -> Route:
    """An act on a file, sent without its key: nothing is done."""
    return Route(LAYERS, f"{ONE}/{name}", good=422)


ROUTES: dict[Key, Route] = {
    ("evidence.index", "GET"): Route(READERS, "/evidence"),
    ("evidence.export", "GET"): Route(READERS, "/evidence/export.csv"),
    ("evidence.content", "GET"): Route(READERS, f"{ONE}/content"),
    ("evidence.download", "GET"): Route(READERS, f"{ONE}/file"),
    ("evidence.wanted", "GET"): Route(READERS, "/evaluations/1/evidence"),
    ("evidence_acts.new", "GET"): Route(LAYERS, "/evidence/new"),
    ("evidence_acts.add", "POST"): Route(LAYERS, "/evidence/new", good=422),
    ("evidence_acts.one", "GET"): Route(READERS, ONE),
    ("evidence_acts.describe", "POST"): act("describe"),
    ("evidence_acts.link", "POST"): act("link"),
    ("evidence_acts.unlink", "POST"): act("links/{evidence_link}/undo"),
    ("evidence_acts.withdraw", "POST"): act("withdraw"),
}
