"""Headers that say what our pages never do: no foreign code, no inline code, no frames, no guessing of types."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from licensetrack.web.access import sent_token

# data: images are the arrows and ticks that Bootstrap draws.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class Protection(CSRFProtect):
    """Asks every form for its token. A program that names itself by an access token has no cookie that another site
    could make use of, and its cookies count for nothing (access.py).
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuses a form that came from elsewhere."""
        if sent_token() is None:
            super().protect(apply_exemptions)


csrf = Protection()


def register(app: Flask) -> None:
    """Every answer carries the headers; every POST carries a token that only our own pages know."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as the session
    csrf.init_app(app)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint not in ("static", "vendor.asset"):
            response.headers.setdefault("Cache-Control", "no-store")  # offices share machines
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
