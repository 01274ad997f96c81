"""When something can not be: a page in the visitor's language that says what happened and what to do next."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from licensetrack.core.errors import Conflict, DomainError, Forbidden, NotFound, ReadOnly, Uncertain
from licensetrack.web.access import sent_token
from licensetrack.web.refusals import record_refusal, record_stale_form
from licensetrack.web.request_log import request_id, route
from licensetrack.web.wording import in_words

TITLES = {
    400: lazy_gettext("This does not work"),
    401: lazy_gettext("Please sign in"),
    403: lazy_gettext("Not allowed"),
    404: lazy_gettext("Not found"),
    405: lazy_gettext("This does not work"),
    409: lazy_gettext("Somebody was faster"),
    413: lazy_gettext("Too large"),
    500: lazy_gettext("Something went wrong"),
    503: lazy_gettext("Read-only"),
}
TEXTS = {
    400: lazy_gettext("The request could not be understood."),
    401: lazy_gettext("Your session has ended."),
    403: lazy_gettext("Your role does not allow this."),
    404: lazy_gettext("This page or record does not exist, or it lies outside what you may see."),
    405: lazy_gettext("This address does not take this kind of request."),
    409: lazy_gettext("What you were looking at has changed meanwhile. Nothing was written."),
    413: lazy_gettext("The upload is larger than %(size)s MB. Please upload fewer files at once."),
    500: lazy_gettext(
        "The program met an error that it did not expect. Nothing half-done was kept; the error is in the log."
    ),
}
AWAY, UNSURE = lazy_gettext("Not available just now"), lazy_gettext("Not certain")
UNREACHABLE = lazy_gettext(
    "The database can not be reached just now; nothing was written. Please try again in a minute."
)
FULL = lazy_gettext("The server's disk is full; nothing was written. Looking is possible; please tell whoever runs it.")
STATUS = {Conflict: 409, Forbidden: 403, NotFound: 404, ReadOnly: 503, Uncertain: 503}


def _answer(
    status: int, text: str, headers: dict[str, str] | None = None, *, called: object = "", **more: object
) -> ResponseReturnValue:
    title = str(called or TITLES.get(status, TITLES[400]))
    if status >= 500:
        more["request_id"] = request_id()
    if wants_json():
        return jsonify({"code": status, "status": title, "message": text} | more), status, headers or {}
    again = record_behind() if status == 409 else None
    page = render_template("errors/error.html", status=status, title=title, text=text, again=again, **more)
    return page, status, headers or {}


def record_behind() -> str | None:
    """The page of the record that a refused act was about: the nearest address above the act's that can be looked at
    and names no other record.
    """
    named = {str(value) for value in (request.view_args or {}).values()}
    parts = request.path.rstrip("/").split("/")
    matching = current_app.url_map.bind_to_environ(request.environ)
    for length in range(len(parts) - 1, 1, -1):
        path = "/".join(parts[:length])
        try:
            _, values = matching.match(path, method="GET")
        except HTTPException:
            continue
        if {str(value) for value in values.values()} <= named:
            return path
    return None


def wants_json() -> bool:
    """Whether a program is asking, not a page."""
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or accepted["application/json"] > accepted["text/html"]


def register(app: Flask) -> None:
    """Every error that leaves a view ends here."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        if isinstance(error, Uncertain):
            return _answer(503, in_words(error), called=UNSURE)
        record_refusal(error)
        return _answer(STATUS.get(type(error), 400), in_words(error))

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        record_stale_form()
        return _answer(
            400, gettext("This form is too old, or it came from elsewhere. Go back, load the page again and repeat.")
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400:
            return error.get_response()
        limit = current_app.config["MAX_CONTENT_LENGTH"] // 1024 // 1024
        text = str(TEXTS.get(status, TEXTS[400])) % {"size": limit}
        kept = {
            name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")
        }
        if status == 401 and sent_token() is not None:
            text = gettext("This access token is not good: it is unknown, was ended, or its last day is over.")
        wrong = (getattr(error, "data", None) or {}).get("messages")  # which parameters the API could not read
        return _answer(status, text, kept, **({"errors": wrong} if wrong else {}))

    @app.errorhandler(OperationalError)
    def unavailable(error: OperationalError) -> ResponseReturnValue:
        logging.getLogger("licensetrack").error("the database failed at %s", route(), exc_info=error)
        full = getattr(error.orig, "sqlstate", "") == "53100" or "is full" in str(error.orig)
        text = str(FULL if full else UNREACHABLE)
        try:
            return _answer(503, text, {"Retry-After": "60"}, called=AWAY)
        except SQLAlchemyError:  # a page asks who is signed in, and that is in the database, too
            said = f"{AWAY}\n{text}\n{request_id()}\n"
            return Response(said, 503, {"Retry-After": "60"}, mimetype="text/plain")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        logging.getLogger("licensetrack").error("unexpected error at %s", route(), exc_info=error)
        return _answer(500, str(TEXTS[500]))
