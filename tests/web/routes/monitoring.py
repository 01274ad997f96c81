"""Who may ask what of the area "monitoring"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import FIGURES, SCOPED, Key, Route

READERS = FIGURES - SCOPED
OFFICER = {"performance_officer"}
REVIEWER = {"reviewer"}
SECOND = {"reviewer", "manager"}
UNFIT = 422


def act(who: set[str], name: str, which: str = "draft") -> Route:
    """A step of a monitoring, sent without its key: nothing is done."""
    return Route(who, f"/monitoring/{{monitoring_{which}}}/{name}", good=UNFIT)


ROUTES: dict[Key, Route] = {
    ("monitoring.index", "GET"): Route(READERS, "/monitoring"),
    ("monitoring.draft", "POST"): Route(OFFICER, "/monitoring", good=UNFIT),
    ("monitoring.one", "GET"): Route(READERS, "/monitoring/{monitoring_reported}"),
    ("monitoring.paper", "GET"): Route(READERS, "/monitoring/{monitoring_reported}/form.xlsx"),
    ("monitoring.goals", "GET"): Route(READERS, "/monitoring/goals/2024.xlsx?as_of=2024-08-31"),
    ("monitoring_acts.show_judgement", "GET"): Route(OFFICER, "/monitoring/{monitoring_draft}/indicators/C11"),
    ("monitoring_acts.judge", "POST"): act(OFFICER, "indicators/C11"),
    ("monitoring_acts.show_header", "GET"): Route(OFFICER, "/monitoring/{monitoring_draft}/header"),
    ("monitoring_acts.write_header", "POST"): act(OFFICER, "header"),
    ("monitoring_acts.rework", "POST"): act(OFFICER, "rework"),
    ("monitoring_acts.submit", "POST"): act(OFFICER, "submit"),
    ("monitoring_acts.send_back", "POST"): act(REVIEWER, "send-back", "submitted"),
    ("monitoring_acts.report", "POST"): act(REVIEWER, "report", "submitted"),
    ("monitoring_acts.close", "POST"): act(SECOND, "close", "reported"),
    ("monitoring_acts.reopen", "POST"): act(OFFICER, "reopen", "reported"),
    ("monitoring_acts.mend", "POST"): Route(
        {"performance_officer", "operator"}, "/monitoring/points/{point_open}/mend", good=UNFIT
    ),
    ("monitoring_acts.accept", "POST"): Route(SECOND, "/monitoring/points/{point_mended}/accept", good=UNFIT),
    ("monitoring_acts.give_back", "POST"): Route(SECOND, "/monitoring/points/{point_mended}/return", good=UNFIT),
}
