"""The whole program put together: create_app binds a process to its database and gives it pages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application of one installation; without settings, the one that the environment describes.

    Flask is imported here and not above, so that domain rooms run in a plain Python shell.
    """
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from config import ROOT, from_environment
    from licensetrack.api.service import register as add_interface
    from licensetrack.binding import bind
    from licensetrack.web.rooms import register as add_pages

    settings = settings or from_environment()
    bind(settings)
    app = Flask(__name__, static_folder="web/static", template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_bytes,
        SESSION_COOKIE_NAME="licensetrack",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        LICENSETRACK=settings,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    add_pages(app)
    add_interface(app)
    return app
