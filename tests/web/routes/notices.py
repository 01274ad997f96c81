"""Who may ask what of the area "notices"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, Key, Route

SYSTEM = {"system_administrator"}
UNFIT = 422

ROUTES: dict[Key, Route] = {
    ("notices.index", "GET"): Route(EVERYBODY, "/notices"),
    ("notices.count", "GET"): Route(EVERYBODY, "/notices/count"),
    ("notices.open_one", "POST"): Route(EVERYBODY, "/notices/{somebodys_notice}/open", good=UNFIT),
    ("notices.read_one", "POST"): Route(EVERYBODY, "/notices/{somebodys_notice}/read", good=UNFIT),
    ("notices.read_all", "POST"): Route(EVERYBODY, "/notices/read", good=UNFIT),
    ("notices.settings", "GET"): Route(EVERYBODY, "/notices/settings"),
    ("notices.decide", "POST"): Route(EVERYBODY, "/notices/settings", good=UNFIT),
    ("deliveries.index", "GET"): Route(SYSTEM, "/deliveries"),
    ("deliveries.resend", "POST"): Route(SYSTEM, "/deliveries/{delivery_failed}/resend", good=UNFIT),
    ("deliveries.test", "POST"): Route(SYSTEM, "/deliveries/test", good=UNFIT),
    ("webhooks.index", "GET"): Route(SYSTEM, "/webhooks"),
    ("webhooks.new", "GET"): Route(SYSTEM, "/webhooks/new"),
    ("webhooks.make", "POST"): Route(SYSTEM, "/webhooks/new", good=UNFIT),
    ("webhooks.one", "GET"): Route(SYSTEM, "/webhooks/{endpoint}"),
    ("webhooks.change", "POST"): Route(SYSTEM, "/webhooks/{endpoint}", good=UNFIT),
    ("webhooks.renew", "POST"): Route(SYSTEM, "/webhooks/{endpoint}/secret", good=UNFIT),
    ("webhooks.test", "POST"): Route(SYSTEM, "/webhooks/{endpoint}/test", good=UNFIT),
}
