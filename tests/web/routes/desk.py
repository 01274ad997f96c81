"""Who may ask what of the area "desk": home pages, search, audit; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, EXPORTS, SETS, Key, Route

AUDIT = {"audit_administrator", "auditor"}

ROUTES: dict[Key, Route] = {
    ("desk.home", "GET"): Route(EVERYBODY, "/desk", answers={"auditor": 302}),
    ("desk.one_list", "GET"): Route(SETS, "/desk/to_import"),
    ("desk.export_list", "GET"): Route(EXPORTS, "/desk/to_import/export.csv"),
    ("search.find", "GET"): Route(SETS, "/search?q=2024"),
    ("audit.entries", "GET"): Route(AUDIT, "/audit"),
    ("audit.one_entry", "GET"): Route(AUDIT, "/audit/1"),
    ("audit.export_entries", "GET"): Route({"audit_administrator"}, "/audit/export.csv"),
    ("audit.chain", "GET"): Route(AUDIT, "/audit/chain"),
    ("audit.verify_chain", "POST"): Route(AUDIT, "/audit/chain", good=422, form={"digest": "too short"}),
}
