"""Who may ask what of the area "acceptance"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EXPORTS, SETS, Key, Route

IMPORTERS = {"operator", "unit_user", "vendor_engineer"}
DRAWERS = {"operator", "unit_user"}
CENTER = {"operator"}
OWN, FOREIGN = "/certificates/{own_certificate}", "/certificates/{foreign_certificate}"


def act(name: str, who: set[str]) -> Route:
    """An act on a certificate, sent without its key: nothing is done."""
    return Route(who, f"{OWN}/{name}", f"{FOREIGN}/{name}", 422)


ROUTES: dict[Key, Route] = {
    ("importing.waiting", "GET"): Route(SETS, "/imports"),
    ("importing.attempts", "GET"): Route(SETS, "/imports/{own_waiting_set}", "/imports/{foreign_waiting_set}"),
    ("importing.record", "POST"): Route(IMPORTERS, "/imports/{own_waiting_set}", "/imports/{foreign_waiting_set}", 422),
    ("importing.screenshot", "GET"): Route(
        SETS, "/attempts/{own_attempt}/screenshot", "/attempts/{foreign_attempt}/screenshot"
    ),
    ("certificates.index", "GET"): Route(SETS, "/certificates"),
    ("certificates.choose", "GET"): Route(
        DRAWERS, "/certificates/new?unit={own_unit}", "/certificates/new?unit={foreign_unit}"
    ),
    ("certificates.draw", "POST"): Route(
        DRAWERS, "/certificates/new/{own_unit}", "/certificates/new/{foreign_unit}", 422
    ),
    ("certificates.one", "GET"): Route(SETS, OWN, FOREIGN),
    ("certificates.paper", "GET"): Route(SETS, f"{OWN}/paper.pdf", f"{FOREIGN}/paper.pdf"),
    ("certificates.scanned", "GET"): Route(SETS, f"{OWN}/scan", f"{FOREIGN}/scan", 404),
    ("certificate_acts.print_paper", "POST"): act("print", DRAWERS),
    ("certificate_acts.sign", "POST"): act("sign", DRAWERS),
    ("certificate_acts.scan", "POST"): act("scan", CENTER),
    ("certificate_acts.countersign", "POST"): act("countersign", CENTER),
    ("certificate_acts.decline", "POST"): act("decline", CENTER),
    ("certificate_acts.void", "POST"): act("void", CENTER),
    ("archive.index", "GET"): Route(SETS, "/archive"),
    ("archive.export", "GET"): Route(EXPORTS, "/archive/export.csv"),
    ("unit_papers.index", "GET"): Route(DRAWERS, "/units/{own_unit}/papers", "/units/{foreign_unit}/papers"),
    ("unit_papers.download", "GET"): Route(
        DRAWERS, "/units/{own_unit}/papers/summary.xlsx", "/units/{foreign_unit}/papers/summary.xlsx"
    ),
}
