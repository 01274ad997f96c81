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
    ("contracts.index", "GET"): Route(READERS, "/contracts"),
    ("contracts.export", "GET"): Route(READERS, "/contracts/export.csv"),
    ("contracts.new", "GET"): Route(KEEPERS, "/contracts/new"),
    ("contracts.register", "POST"): Route(KEEPERS, "/contracts/new", good=422),
    ("contracts.one", "GET"): Route(READERS, "/contracts/{contract}"),
    ("contracts.edit", "GET"): Route(KEEPERS, "/contracts/{contract}/edit"),
    ("contracts.change", "POST"): Route(KEEPERS, "/contracts/{contract}/edit", good=422),
    ("contracts.shares", "GET"): Route(READERS, "/contracts/{contract}/shares"),
    ("contracts.export_shares", "GET"): Route(READERS, "/contracts/{contract}/shares/export.xlsx"),
    ("contract_parts.new_term", "GET"): Route(KEEPERS, "/contracts/{contract}/terms/new"),
    ("contract_parts.add_term", "POST"): Route(KEEPERS, "/contracts/{contract}/terms/new", good=422),
    ("contract_parts.edit_term", "GET"): Route(KEEPERS, "/contracts/{contract}/terms/{payment_term}"),
    ("contract_parts.change_term", "POST"): Route(KEEPERS, "/contracts/{contract}/terms/{payment_term}", good=422),
    ("contract_parts.new_line", "GET"): Route(KEEPERS, "/contracts/{contract}/lines/new"),
    ("contract_parts.add_line", "POST"): Route(KEEPERS, "/contracts/{contract}/lines/new", good=422),
    ("contract_parts.edit_line", "GET"): Route(KEEPERS, "/contracts/{contract}/lines/{bought_line}"),
    ("contract_parts.change_line", "POST"): Route(KEEPERS, "/contracts/{contract}/lines/{bought_line}", good=422),
    ("products.index", "GET"): Route(READERS, "/products"),
    ("products.edit", "GET"): Route(KEEPERS, "/products/bms"),
    ("products.change", "POST"): Route(KEEPERS, "/products/bms", good=422),
    ("surveys.index", "GET"): Route(READERS, "/surveys"),
    ("surveys.one", "GET"): Route(READERS, "/surveys/{survey}"),
    ("surveys.export", "GET"): Route(READERS, "/surveys/{survey}/export.xlsx"),
    ("surveys.withdraw", "POST"): Route(KEEPERS, "/surveys/{survey}/withdraw", good=422),
    ("projects.index", "GET"): Route(READERS, "/projects"),
    ("projects.new", "GET"): Route(KEEPERS, "/projects/new"),
    ("projects.register", "POST"): Route(KEEPERS, "/projects/new", good=422),
    ("projects.one", "GET"): Route(READERS, "/projects/{project}"),
    ("projects.edit", "GET"): Route(KEEPERS, "/projects/{project}/edit"),
    ("projects.change", "POST"): Route(KEEPERS, "/projects/{project}/edit", good=422),
}
