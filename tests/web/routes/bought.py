"""Who may ask what of the area "bought"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import FIGURES, SCOPED, Key, Route

READERS = FIGURES - SCOPED
KEEPERS = {"operator", "performance_officer"}

ROUTES: dict[Key, Route] = {
    ("budget.page", "GET"): Route(READERS, "/budget"),
    ("budget.export", "GET"): Route(READERS, "/budget/export.xlsx"),
    ("budget.new", "GET"): Route(KEEPERS, "/budget/entries/new"),
    ("budget.post", "POST"): Route(KEEPERS, "/budget/entries/new", good=422),
    ("budget.one", "GET"): Route(READERS, "/budget/entries/{budget_entry}"),
    ("budget.reverse", "POST"): Route(KEEPERS, "/budget/entries/{budget_entry}/reverse", good=422),
    ("budget.look_again", "GET"): Route(KEEPERS, "/budget/entries/{budget_entry}/correct"),
    ("budget.correct", "POST"): Route(KEEPERS, "/budget/entries/{budget_entry}/correct", good=422),
    ("projects.index", "GET"): Route(READERS, "/projects"),
    ("projects.new", "GET"): Route(KEEPERS, "/projects/new"),
    ("projects.register", "POST"): Route(KEEPERS, "/projects/new", good=422),
    ("projects.one", "GET"): Route(READERS, "/projects/{project}"),
    ("projects.edit", "GET"): Route(KEEPERS, "/projects/{project}/edit"),
    ("projects.change", "POST"): Route(KEEPERS, "/projects/{project}/edit", good=422),
}
