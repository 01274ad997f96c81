"""Who may ask what of the area "units"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import SETS, Key, Route

OPERATORS = {"operator"}


def _form(name: str, address: str) -> dict[Key, Route]:
    """A form about a unit and the act it does; sent empty it changes nothing."""
    choose, act = name.split()
    own, foreign = f"/units/{{own_unit}}/{address}", f"/units/{{foreign_unit}}/{address}"
    return {
        (f"unit_acts.{choose}", "GET"): Route(OPERATORS, own, foreign),
        (f"unit_acts.{act}", "POST"): Route(OPERATORS, own, foreign, 422),
    }


ROUTES: dict[Key, Route] = {
    ("unit_acts.new", "GET"): Route(OPERATORS, "/units/new"),
    ("unit_acts.register", "POST"): Route(OPERATORS, "/units/new", good=422),
    **_form("edit change", "edit"),
    **_form("choose_name rename", "rename"),
    **_form("choose_taker merge", "merge"),
    **_form("choose_sets split", "split"),
    **_form("choose_last_day close", "close"),
    **_form("doubt reopen", "reopen"),
    ("platforms.one", "GET"): Route(SETS, "/platforms/{own_platform}", "/platforms/{foreign_platform}"),
    ("platforms.describe", "POST"): Route(OPERATORS, "/platforms/{own_platform}", "/platforms/{foreign_platform}", 422),
}
