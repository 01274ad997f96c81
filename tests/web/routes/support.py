"""Who may ask what of the area "support"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EXPORTS, FIGURES, SETS, Key, Route

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


def of_bulletin(who: set[str], name: str, address: str) -> dict[Key, Route]:
    """A step of a bulletin or of a unit's task, sent without its key."""
    own = address.format(bulletin="{own_bulletin}", task="{own_task}")
    foreign = address.format(bulletin="{foreign_bulletin}", task="{foreign_task}")
    return {(f"bulletins.{name}", "POST"): Route(who, own, foreign, UNFIT)}


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
    ("service_statistics.page", "GET"): Route(FIGURES, "/service-statistics?period=2024-05&by=unit"),
    ("service_statistics.orders", "GET"): Route(FIGURES, "/service-statistics/orders?period=2024"),
    ("service_statistics.export", "GET"): Route(EXPORTS, "/service-statistics/export.csv?period=2024"),
    ("service_statistics.ledger", "GET"): Route(EXPORTS, "/service-statistics/ledger.csv?period=2024"),
    ("service_levels.page", "GET"): Route(SETS, "/service-levels"),
    ("service_levels.record", "POST"): Route({"operator", "manager"}, "/service-levels/limits", good=UNFIT),
    ("service_levels.load", "POST"): Route({"operator", "manager"}, "/service-levels/calendars", good=UNFIT),
    ("service_levels.place", "POST"): Route(CENTRE, "/service-levels/engineers", good=UNFIT),
    ("bulletins.index", "GET"): Route(SETS, "/bulletins"),
    ("bulletins.new", "GET"): Route(CENTRE, "/bulletins/new"),
    ("bulletins.publish", "POST"): Route(CENTRE, "/bulletins/new", good=UNFIT),
    ("bulletins.one", "GET"): Route(SETS, "/bulletins/{own_bulletin}", "/bulletins/{foreign_bulletin}"),
    ("bulletins.export", "GET"): Route(
        EXPORTS, "/bulletins/{own_bulletin}/export.csv", "/bulletins/{foreign_bulletin}/export.csv"
    ),
    ("bulletins.paper", "GET"): Route(
        SETS,
        "/bulletins/tasks/{own_task}/papers/{own_task_paper}",
        "/bulletins/tasks/{foreign_task}/papers/{foreign_task_paper}",
    ),
    **of_bulletin(CENTRE, "add", "/bulletins/{bulletin}/units"),
    **of_bulletin(CENTRE, "close", "/bulletins/{bulletin}/close"),
    **of_bulletin(CENTRE, "reopen", "/bulletins/{bulletin}/reopen"),
    **of_bulletin(BOTH, "report", "/bulletins/tasks/{task}/report"),
    **of_bulletin(CENTRE, "confirm", "/bulletins/tasks/{task}/confirm"),
    **of_bulletin(CENTRE, "give_back", "/bulletins/tasks/{task}/return"),
    **of_bulletin(CENTRE, "drop", "/bulletins/tasks/{task}/drop"),
    **of_bulletin(CENTRE, "restore", "/bulletins/tasks/{task}/restore"),
}
