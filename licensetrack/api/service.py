"""The REST interface: versioned, described by its own OpenAPI document, errors as JSON."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from licensetrack.api.figures import figures
from licensetrack.api.inventory import inventory

VERSION = "v1"


class Service(Api):
    """flask-smorest, except that errors go the way of all others: its own handler would drop a 405's Allow header."""

    def _register_error_handlers(self) -> None:
        """Leaves errors to the application's own handlers, which answer JSON below /api/."""


def register(app: Flask) -> None:
    """Adds the interface below /api/v1."""
    app.config.update(
        API_TITLE="licensetrack",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"/api/{VERSION}",
        OPENAPI_JSON_PATH="openapi.json",
    )
    service = Service(app)
    service.spec.components.security_scheme(
        "token",
        {"type": "http", "scheme": "bearer", "description": "An access token, made on the page of the account."},
    )
    service.spec.components.security_scheme(
        "session",
        {
            "type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"],
            "description": "A signed-in browser; what it sends needs the X-CSRFToken of a page.",
        },
    )  # fmt: skip
    service.spec.options["security"] = [{"token": []}, {"session": []}]
    for room in (figures, inventory):
        service.register_blueprint(room)
