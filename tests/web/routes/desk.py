"""Who may ask what of the area "desk": home pages, search, audit; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, EXPORTS, SETS, Key, Route

ROUTES: dict[Key, Route] = {
    ("desk.home", "GET"): Route(EVERYBODY, "/desk", answers={"performance_officer": 302, "auditor": 302}),
    ("desk.one_list", "GET"): Route(SETS, "/desk/to_import"),
    ("desk.export_list", "GET"): Route(EXPORTS, "/desk/to_import/export.csv"),
}
