"""Who may ask what of reminders, months and checks; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, FIGURES, Key, Route

KEEPER = {"system_administrator"}
WATCHERS = {"system_administrator", "operator", "manager", "auditor"}
PARTS = {"district_manager": 404, "unit_user": 404}  # a month counts the whole city
UNFIT = 422

ROUTES: dict[Key, Route] = {
    ("reminders.index", "GET"): Route(EVERYBODY, "/reminders"),
    ("reminders.show_limits", "GET"): Route({"manager"}, "/reminders/limits"),
    ("reminders.limits", "POST"): Route({"manager"}, "/reminders/limits", good=UNFIT),
    ("months.index", "GET"): Route(FIGURES, "/months", answers=PARTS),
    ("months.one", "GET"): Route(FIGURES, "/months/{closed_month}", answers=PARTS),
    ("months.report", "GET"): Route(FIGURES, "/months/{closed_month}/report.pdf", answers=PARTS),
    ("checks.index", "GET"): Route(WATCHERS, "/checks"),
    ("checks.one", "GET"): Route(WATCHERS, "/checks/{check_run}"),
    ("checks.now", "POST"): Route(KEEPER, "/checks/now", good=UNFIT),
    ("checks.release", "POST"): Route(KEEPER, "/checks/release", good=UNFIT),
}
