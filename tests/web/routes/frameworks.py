"""Who may ask what of the area "frameworks"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import Key, Route

READERS = {"operator", "reviewer", "performance_officer", "manager", "auditor"}
WRITERS = {"performance_officer"}
APPROVERS = {"reviewer", "manager"}
ONE, DRAFT = "/frameworks/{framework}", "/frameworks/{framework_draft}"

ROUTES: dict[Key, Route] = {
    ("frameworks.index", "GET"): Route(READERS, "/frameworks"),
    ("frameworks.new", "GET"): Route(WRITERS, "/frameworks/new"),
    ("frameworks.make", "POST"): Route(WRITERS, "/frameworks/new", good=422),
    ("frameworks.upload", "POST"): Route(WRITERS, "/frameworks/upload", good=422),
    ("frameworks.one", "GET"): Route(READERS, ONE),
    ("frameworks.export", "GET"): Route(READERS, f"{ONE}/framework.toml"),
    ("frameworks.draft_next", "POST"): Route(WRITERS, f"{ONE}/next", good=422),
    ("frameworks.put_in_force", "POST"): Route(APPROVERS, f"{DRAFT}/put-in-force", good=422),
    ("frameworks.discard", "POST"): Route(WRITERS, f"{DRAFT}/discard", good=422),
    ("framework_edits.tree", "GET"): Route(WRITERS, f"{DRAFT}/edit"),
    ("framework_edits.weigh", "POST"): Route(WRITERS, f"{DRAFT}/weights", good=422),
    ("framework_edits.move", "POST"): Route(WRITERS, f"{DRAFT}/move", good=422),
    ("framework_edits.add", "GET"): Route(WRITERS, f"{DRAFT}/nodes/C1/add"),
    ("framework_edits.add_node", "POST"): Route(WRITERS, f"{DRAFT}/nodes/C1/add", good=422),
    ("framework_edits.node", "GET"): Route(WRITERS, f"{DRAFT}/nodes/C11"),
    ("framework_edits.change_node", "POST"): Route(WRITERS, f"{DRAFT}/nodes/C11", good=422),
    ("framework_edits.general", "GET"): Route(WRITERS, f"{DRAFT}/general"),
    ("framework_edits.change_general", "POST"): Route(WRITERS, f"{DRAFT}/general", good=422),
    ("framework_targets.history", "GET"): Route(READERS, f"{ONE}/targets/C11"),
    ("framework_targets.adjust", "POST"): Route(WRITERS, f"{ONE}/targets/C11", good=422),
    ("framework_targets.paper", "GET"): Route(READERS, f"{ONE}/targets/C11/{{target_record}}/paper"),
}
