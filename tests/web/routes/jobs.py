"""Who may ask what of the area "jobs"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, Key, Route

SYSTEM = {"system_administrator"}  # sees all jobs; everybody else the own ones, and that of others does not exist
GONE = 404

ROUTES: dict[Key, Route] = {
    ("jobs.index", "GET"): Route(EVERYBODY, "/jobs"),
    ("jobs.one", "GET"): Route(SYSTEM, "/jobs/{a_job}", refused=GONE),
    ("jobs.progress", "GET"): Route(SYSTEM, "/jobs/{a_job}/progress", refused=GONE),
    ("jobs.cancel", "POST"): Route(SYSTEM, "/jobs/{a_job}/cancel", good=422, refused=GONE),
    ("jobs.retry", "POST"): Route(SYSTEM, "/jobs/{a_job}/retry", good=422, refused=GONE),
    ("backups.index", "GET"): Route(SYSTEM, "/backups"),
    ("schedules.index", "GET"): Route(SYSTEM, "/schedules"),
    ("schedules.one", "GET"): Route(SYSTEM, "/schedules/check-books"),
    ("schedules.change", "POST"): Route(SYSTEM, "/schedules/check-books/time", good=422),
    ("schedules.run", "POST"): Route(SYSTEM, "/schedules/check-books/run", good=422),
    ("schedules.pause", "POST"): Route(SYSTEM, "/schedules/check-books/pause", good=422),
    ("schedules.resume", "POST"): Route(SYSTEM, "/schedules/check-books/resume", good=422),
}
