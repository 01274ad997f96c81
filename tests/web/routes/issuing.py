"""Who may ask what of the area "issuing"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import FIGURES, SCOPED, SETS, Key, Route

BUYERS = FIGURES - SCOPED
OPERATOR = {"operator"}
ATTACHERS = {"operator", "vendor_engineer"}
TAKERS = {"operator", "unit_user"}
KEEPERS = {"operator", "performance_officer"}
SECOND = {"operator", "reviewer"}

NO_SUCH_UPLOAD = "0" * 32

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
    ("issuing.queue", "GET"): Route(OPERATOR, "/issuing"),
    ("issuing.line", "GET"): Route(OPERATOR, "/issuing/lines/{granted_line}"),
    ("issuing.fulfill", "POST"): Route(OPERATOR, "/issuing/lines/{granted_line}", good=422),
    ("issuing.check", "POST"): Route(OPERATOR, "/issuing/lines/{granted_line}/check", good=422),
    ("issuing.drop", "POST"): Route(OPERATOR, "/issuing/lines/{granted_line}/drop", good=422),
    ("issuing.direct", "GET"): Route(OPERATOR, "/issuing/direct"),
    ("issuing.issue", "POST"): Route(OPERATOR, "/issuing/direct", good=422),
    ("issuing.check_direct", "POST"): Route(OPERATOR, "/issuing/direct/check", good=422),
    ("batch.choose", "GET"): Route(OPERATOR, "/issuing/batch"),
    ("batch.upload", "POST"): Route(OPERATOR, "/issuing/batch", good=422),
    ("batch.one", "GET"): Route(OPERATOR, f"/issuing/batch/{NO_SUCH_UPLOAD}", good=404),
    ("batch.confirm", "POST"): Route(OPERATOR, f"/issuing/batch/{NO_SUCH_UPLOAD}/confirm", good=404),
    ("batch.forget", "POST"): Route(OPERATOR, f"/issuing/batch/{NO_SUCH_UPLOAD}/forget", good=404),
}
