"""Each request has a number, which its answer and every line of the log carry, and leaves one line when it ends."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from licensetrack.web import request_counts

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
UNMATCHED = "(none)"
_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
log = structlog.get_logger("licensetrack.requests")


def request_id() -> str:
    """The number of the request at hand: the trusted proxy's own, or one made here."""
    found: str = g.setdefault("request_id", "") or _new()
    g.request_id = found
    return found


def _new() -> str:
    given = request.headers.get(HEADER, "")
    if current_app.config["LICENSETRACK"].proxies and _GIVEN.fullmatch(given):
        return given
    return secrets.token_hex(8)


def route() -> str:
    """The address as the program knows it, without what a visitor put into it: "/sets/<number>"."""
    return request.url_rule.rule if request.url_rule is not None else UNMATCHED


def method() -> str:
    """The method, if it is one that the program has heard of: visitors may send any word."""
    return request.method if request.method in _METHODS else UNMATCHED


def register(app: Flask) -> None:
    """Comes first, so that what refuses a request is inside; and so its line comes last."""

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.monotonic() - g.get("began", time.monotonic())
        response.headers[HEADER] = request_id()
        request_counts.count(method(), route(), response.status_code, seconds)
        log.info(
            "request", method=method(), route=route(), status=response.status_code, ms=round(seconds * 1000, 1),
            actor=_actor(),
        )  # fmt: skip
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    app.jinja_env.globals["request_id"] = request_id


def _actor() -> str | None:
    """The number of the account, which says nothing outside the house. Asks no database: only who was asked for."""
    if "_login_user" not in g or not current_user.is_authenticated:
        return None
    return f"account:{current_user.actor.id}"
