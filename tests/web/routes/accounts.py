"""Who may ask what of the area "accounts"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import EVERYBODY, Key, Route

SYSTEM = {"system_administrator"}
SECURITY = {"security_administrator"}
OWN_ACTS = (
    "change_contact", "change_password", "begin_factor",
    "confirm_factor", "remove_factor", "renew_codes", "end_session", "end_others", "make_token", "end_token",
)  # fmt: skip
OWN_PATHS = (
    "contact", "password", "second-factor/begin", "second-factor", "second-factor/off", "recovery-codes",
    "sessions/{somebodys_session}/end", "sessions/end-others", "tokens", "tokens/1/end",
)  # fmt: skip

ROUTES: dict[Key, Route] = {
    # Steps of signing in: for whoever has signed in wholly there is nothing left to do there.
    ("steps.factor", "GET"): Route(EVERYBODY, "/login/code", good=302),
    ("steps.pass_factor", "POST"): Route(EVERYBODY, "/login/code", good=302),
    ("steps.enrol", "GET"): Route(EVERYBODY, "/login/second-factor", good=302),
    ("steps.confirm", "POST"): Route(EVERYBODY, "/login/second-factor", good=302),
    ("steps.password", "GET"): Route(EVERYBODY, "/login/password", good=302),
    ("steps.choose", "POST"): Route(EVERYBODY, "/login/password", good=302),
    ("own.page", "GET"): Route(EVERYBODY, "/account"),
    ("own.factor", "GET"): Route(EVERYBODY, "/account/second-factor", good=302),
    **{
        (f"own.{act}", "POST"): Route(EVERYBODY, f"/account/{path}", good=303 if act == "confirm_factor" else 422)
        for act, path in zip(OWN_ACTS, OWN_PATHS, strict=True)
    },
    ("people.accounts", "GET"): Route(SYSTEM, "/people"),
    ("people.new", "GET"): Route(SYSTEM, "/people/new"),
    ("people.create", "POST"): Route(SYSTEM, "/people/new", good=422),
    ("people.one", "GET"): Route(SYSTEM, "/people/{somebody}"),
    ("people.set_contact", "POST"): Route(SYSTEM, "/people/{somebody}/contact", good=422),
    ("people.set_active", "POST"): Route(SYSTEM, "/people/{somebody}/active", good=422),
    ("people.reset_password", "POST"): Route(SYSTEM, "/people/{somebody}/password", good=422),
    ("roles.index", "GET"): Route(SECURITY, "/roles"),
    ("roles.one", "GET"): Route(SECURITY, "/roles/{somebody}"),
    ("roles.grant", "POST"): Route(SECURITY, "/roles/{somebody}", good=422),
    ("roles.reset_factor", "POST"): Route(SECURITY, "/roles/{somebody}/second-factor", good=422),
    ("policy.page", "GET"): Route(SECURITY, "/policy"),
    ("policy.change", "POST"): Route(SECURITY, "/policy", good=422),
    ("sessions.index", "GET"): Route(SECURITY, "/sessions"),
    ("sessions.end", "POST"): Route(SECURITY, "/sessions/{somebodys_session}/end", good=422),
}
