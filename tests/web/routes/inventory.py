"""Who may ask what of the area "inventory"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EXPORTS, FIGURES, SCOPED, Key, Route

READERS = FIGURES - SCOPED
OWN = FIGURES - {"district_manager"}  # the centre, and a unit its own
OPERATOR = {"operator"}
SECOND = {"operator", "reviewer", "manager"}
UNFIT = 422


def act(who: set[str], name: str, which: str = "own") -> Route:
    """A step of a difference, sent without its key: nothing is done."""
    return Route(who, f"/inventory/differences/{{{which}_difference}}/{name}", good=UNFIT)


ROUTES: dict[Key, Route] = {
    ("inventory.overview", "GET"): Route(FIGURES, "/inventory"),
    ("inventory.export", "GET"): Route(EXPORTS, "/inventory/export.csv"),
    ("inventory.unit_position", "GET"): Route(
        FIGURES, "/inventory/units/{own_unit}", "/inventory/units/{foreign_unit}"
    ),
    ("scans.index", "GET"): Route(FIGURES, "/inventory/scans"),
    ("scans.one", "GET"): Route(FIGURES, "/inventory/scans/{own_scan}", "/inventory/scans/{foreign_scan}"),
    ("scans.rules", "GET"): Route(FIGURES, "/inventory/core-rules"),
    ("scans.state_rule", "POST"): Route(OPERATOR, "/inventory/core-rules", good=UNFIT),
    ("differences.index", "GET"): Route(OWN, "/inventory/differences"),
    ("differences.export", "GET"): Route(READERS, "/inventory/differences/export.csv"),
    ("differences.one", "GET"): Route(
        OWN, "/inventory/differences/{own_difference}", "/inventory/differences/{foreign_difference}"
    ),
    ("differences.runs", "GET"): Route(READERS, "/inventory/runs"),
    ("differences.one_run", "GET"): Route(READERS, "/inventory/runs/{reconciliation_run}"),
    ("differences.compare", "POST"): Route(OPERATOR, "/inventory/runs", good=UNFIT),
    ("difference_acts.correct", "POST"): act(OPERATOR, "work-off"),
    ("difference_acts.bind", "POST"): act(OPERATOR, "bind"),
    ("difference_acts.explain", "POST"): Route(
        OPERATOR | {"unit_user"},
        "/inventory/differences/{own_difference}/explain",
        "/inventory/differences/{foreign_difference}/explain",
        UNFIT,
    ),
    ("difference_acts.waive", "POST"): act(OPERATOR, "waive"),
    ("api_inventory.record", "POST"): Route(OPERATOR, "/api/v1/inventory/scans", good=UNFIT),
    ("api_inventory.read_positions", "GET"): Route(FIGURES, "/api/v1/inventory/positions"),
    ("mapping.choose", "GET"): Route(OPERATOR, "/load/mapped"),
    ("mapping.upload", "POST"): Route(OPERATOR, "/load/mapped", good=UNFIT),
    ("mapping.columns", "GET"): Route(OPERATOR, "/load/mapped/0123456789abcdef0123456789abcdef", good=404),
    ("mapping.check", "POST"): Route(OPERATOR, "/load/mapped/0123456789abcdef0123456789abcdef/check", good=404),
    ("mapping.load", "POST"): Route(OPERATOR, "/load/mapped/0123456789abcdef0123456789abcdef/load", good=404),
    ("mapping.save", "POST"): Route(OPERATOR, "/load/mapped/0123456789abcdef0123456789abcdef/save", good=404),
    ("difference_acts.confirm", "POST"): act(SECOND, "confirm", "asked"),
    ("difference_acts.decline", "POST"): act(SECOND, "decline", "asked"),
}
