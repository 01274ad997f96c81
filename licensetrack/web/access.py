"""Who is asking, and may they: every page names its permission, and a page that names none is closed.

A browser is known by its session, a program below /api/ by its access token; a request that carries a token is asked
for nothing else, whatever cookies it brings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from licensetrack.accounts import sessions, tokens
from licensetrack.accounts.permissions import Actor, allows, require
from licensetrack.accounts.session_rows import Browser
from licensetrack.accounts.sessions import Standing
from licensetrack.core.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
STEP = "step:"  # and a session's state: for those who have come so far in signing in, and no further
STEPS = {sessions.FACTOR: "steps.factor", sessions.ENROL: "steps.enrol", sessions.PASSWORD: "steps.password"}
SIGN_OUT = "account.sign_out"
# Views of libraries, which cannot carry a mark of ours.
MARKS_OF_OTHERS = {"static": PUBLIC, "api-docs.openapi_json": SIGNED_IN}


class SignedIn(UserMixin):
    """The person behind a request; Flask-Login keeps the token of our own session row, never an account number.

    Who has not come through every step of signing in counts as nobody, but for the step at hand.
    """

    def __init__(self, token: str, standing: Standing) -> None:
        self.token = token
        self.session_id, self.state, self.actor = standing

    @property
    def is_authenticated(self) -> bool:
        """Whether nothing is missing."""
        return self.state == sessions.OPEN

    def get_id(self) -> str:
        """What the cookie carries."""
        return self.token


def public(view: View) -> View:
    """Marks a view that everybody may ask for."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Marks a view for everybody who has signed in."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def quiet(view: View) -> View:
    """Marks a view that pages ask by themselves: it is no sign that anybody is there, so the session grows old."""
    view.quiet = True  # type: ignore[attr-defined]
    return view


def needs(permission: str) -> Callable[[View], View]:
    """Marks a view for those whose role holds the permission; the rows it shows are a matter of their scope."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def step(state: str) -> Callable[[View], View]:
    """Marks a view for those whose sign-in has come to this step."""
    return needs(STEP + state)


def access_of(app: Flask, endpoint: str) -> str | None:
    """What a view asks of its visitor, or None when nobody said (then nobody may)."""
    return MARKS_OF_OTHERS.get(endpoint) or getattr(app.view_functions[endpoint], "access", None)


def actor() -> Actor:
    """Who is asking. Only for views behind a mark."""
    return cast(SignedIn, current_user).actor


def may(permission: str) -> bool:
    """Whether the visitor's role holds the permission; for what a page offers. The verb asks again."""
    return current_user.is_authenticated and allows(actor(), permission)


def begin_session(token: str) -> None:
    """Ties the browser to a session row; what the browser held before is thrown away."""
    found = sessions.session_of(token)
    if found is not None:
        session.clear()
        login_user(SignedIn(token, found))


def own_token() -> str:
    """The token of the visitor's session. Only for views behind a mark."""
    return cast(SignedIn, current_user).token


def own_session() -> int:
    """The number of the visitor's session. Only for views behind a mark."""
    return cast(SignedIn, current_user).session_id


def browser() -> Browser:
    """Where the request comes from, for the row of a session."""
    return Browser(request.remote_addr or "", request.user_agent.string)


def end_session() -> None:
    """Ends the session on the server and in the browser."""
    sessions.sign_out(own_token(), actor=actor())
    logout_user()
    session.clear()


def sent_token() -> str | None:
    """The access token of a request to the interface; "" where the header is there and holds none, None without it."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.path.startswith("/api/") else None


def local_path(address: str | None) -> str | None:
    """The address if it is a path of this very site, else None: a link must not lead a fresh sign-in elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def _lead_to(endpoint: str) -> ResponseReturnValue:
    """To the sign-in, or the step of it that comes next, and from there back; programs are told 401."""
    accepted = request.accept_mimetypes
    if request.path.startswith("/api/") or accepted["application/json"] > accepted["text/html"]:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "licensetrack"}))
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=back if back != "/" else None))


def _program(_request: Request) -> SignedIn | None:
    """The account that a program acts as; it has no session."""
    token = sent_token()
    if token is None:
        return None
    found = tokens.token_actor(token, address=request.remote_addr or "", asked=request.path)
    return None if found is None else SignedIn("", Standing(0, sessions.OPEN, found))


def register(app: Flask) -> None:
    """Puts the guard before every view."""
    manager = LoginManager(app)
    manager.session_protection = None  # the server's row ends a session, not a change of address

    @manager.user_loader
    def load(token: str) -> SignedIn | None:
        if sent_token() is not None:
            return None
        asked = current_app.view_functions.get(request.endpoint or "")
        found = sessions.session_of(token, used=not getattr(asked, "quiet", False))
        return None if found is None else SignedIn(token, found)

    manager.request_loader(_program)

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such address: 404 follows
        asked = access_of(current_app, request.endpoint)
        if asked == PUBLIC:
            return None
        if not current_user.is_authenticated:
            state = current_user.state if isinstance(current_user, SignedIn) else ""
            if state and (asked == STEP + state or request.endpoint == SIGN_OUT):
                return None
            return _lead_to(STEPS.get(state, "account.sign_in"))
        if asked is None:
            raise Forbidden("This page is closed.")
        if asked.startswith(STEP):
            return redirect(url_for("desk.home"))  # nothing is missing any more
        if asked != SIGNED_IN:
            require(actor(), asked)
        return None

    app.jinja_env.globals["may"] = may
