"""Who may ask what of the area "support"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EXPORTS, SETS, Key, Route

UNFIT = 422
CENTRE = {"operator"}
HANDS = CENTRE | {"vendor_engineer"}
BOTH = CENTRE | {"unit_user"}
UNIT = {"unit_user"}
EVERY = CENTRE | {"unit_user", "vendor_engineer"}


def act(who: set[str], name: str) -> dict[Key, Route]:
    """A step of an order, sent without its key: nothing is done."""
    address = f"/service/{{}}/{name.replace('_', '-')}"
    return {
        (f"service_acts.{name}", "POST"): Route(
            who, address.format("{own_order}"), address.format("{foreign_order}"), UNFIT
        )
    }


ROUTES: dict[Key, Route] = {
    ("service.index", "GET"): Route(SETS, "/service"),
    ("service.export", "GET"): Route(EXPORTS, "/service/export.csv"),
    ("service.new", "GET"): Route(BOTH, "/service/new?kind=vulnerability"),
    ("service.ask", "POST"): Route(BOTH, "/service/new", good=UNFIT),
    ("service.one", "GET"): Route(SETS, "/service/{own_order}", "/service/{foreign_order}"),
    ("service.paper", "GET"): Route(
        SETS, "/service/{own_order}/papers/{own_order_paper}", "/service/{foreign_order}/papers/{foreign_order_paper}"
    ),
    **act(EVERY, "attach"),
    **act(CENTRE, "accept"),
    **act(CENTRE, "grade"),
    **act(CENTRE, "assign"),
    **act(HANDS, "answer"),
    **act(HANDS, "arrive"),
    **act(HANDS, "restore"),
    **act(HANDS, "pause"),
    **act(HANDS, "resume"),
    **act(HANDS, "hand_over"),
    **act(UNIT, "confirm"),
    **act(UNIT, "reject"),
    **act(CENTRE, "close"),
    **act(UNIT, "rate"),
    **act(BOTH, "cancel"),
    **act(BOTH, "reopen"),
}
