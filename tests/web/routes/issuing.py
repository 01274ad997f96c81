"""Who may ask what of the area "issuing"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import FIGURES, SCOPED, SETS, Key, Route

BUYERS = FIGURES - SCOPED
OPERATOR = {"operator"}
ATTACHERS = {"operator", "vendor_engineer"}
TAKERS = {"operator", "unit_user"}
KEEPERS = {"operator", "performance_officer"}
SECOND = {"operator", "reviewer"}

ROUTES: dict[Key, Route] = {
    ("entitlements.index", "GET"): Route(BUYERS, "/entitlements"),
    ("entitlements.one", "GET"): Route(BUYERS, "/entitlements/1"),
    ("entitlements.change", "POST"): Route(KEEPERS, "/entitlements/1/cap", good=422),
    ("entitlements.ask", "POST"): Route(OPERATOR, "/entitlements/1/consents", good=422),
    ("entitlements.confirm", "POST"): Route(SECOND, "/entitlements/consents/{consent}/confirm", good=422),
    ("entitlements.decline", "POST"): Route(SECOND, "/entitlements/consents/{consent}/decline", good=422),
    ("entitlements.withdraw", "POST"): Route(OPERATOR, "/entitlements/consents/{consent}/withdraw", good=422),
    ("files.waiting", "GET"): Route(SETS, "/files/waiting"),
    ("files.choose", "GET"): Route(ATTACHERS, "/files/of/{own_set}", "/files/of/{foreign_set}"),
    ("files.attach", "POST"): Route(ATTACHERS, "/files/of/{own_set}", "/files/of/{foreign_set}", 422),
    ("files.check", "POST"): Route(ATTACHERS, "/files/check/{own_set}", "/files/check/{foreign_set}", 422),
    ("files.one", "GET"): Route(SETS, "/files/{own_file}", "/files/{foreign_file}"),
    ("files.reveal", "POST"): Route(TAKERS, "/files/{own_file}/reveal", "/files/{foreign_file}/reveal", 422),
    ("files.download", "POST"): Route(TAKERS, "/files/{own_file}/download", "/files/{foreign_file}/download", 422),
    ("files.sign", "POST"): Route(TAKERS, "/files/{own_file}/receipt", "/files/{foreign_file}/receipt", 422),
}
