"""In which language and in which light a page is shown: Chinese unless English is chosen; the system's light unless one is chosen."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale

from licensetrack.web.access import local_path, public

LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600

preferences = Blueprint("preferences", __name__)


def chosen_language() -> str:
    """The visitor's language, from a cookie."""
    wanted = request.cookies.get("language", "")
    return wanted if wanted in LANGUAGES else "zh_CN"


def chosen_theme() -> str:
    """The visitor's light, from a cookie; "auto" follows the system."""
    wanted = request.cookies.get("theme", "")
    return wanted if wanted in THEMES else "auto"


def language_tag() -> str:
    """The page's language as HTML names it."""
    return str(get_locale()).replace("_", "-")


@preferences.post("/preferences")
@public
def choose() -> ResponseReturnValue:
    """Keeps one choice in a cookie and goes back to where the visitor was."""
    answer = redirect(local_path(request.form.get("next")) or url_for("dashboard.overview"))
    for name, known in (("language", tuple(LANGUAGES)), ("theme", THEMES)):
        wanted = request.form.get(name, "")
        if wanted in known:
            secure = current_app.config["SESSION_COOKIE_SECURE"]
            answer.set_cookie(name, wanted, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


def register(app: Flask) -> None:
    """Makes gettext known to templates and sets the business zone."""
    Babel(
        app,
        locale_selector=chosen_language,
        default_locale="zh_CN",
        default_timezone="Asia/Shanghai",
        default_translation_directories="translations",
    )
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES, THEMES=THEMES, chosen_language=chosen_language, chosen_theme=chosen_theme, language_tag=language_tag
    )
    app.register_blueprint(preferences)
