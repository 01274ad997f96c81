"""In which language and light a page is shown: Chinese unless English is chosen, the system's light unless one is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, current_app, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain

from licensetrack.web.access import local_path, public

LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
THEMES = ("auto", "light", "dark")
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
A_YEAR = 365 * 24 * 3600


class Catalogue(Domain):
    """Our texts by the name of the visitor's choice; Flask-Babel itself looks for zh_Hans_CN where we keep zh_CN."""

    def get_translations(self) -> NullTranslations:
        """The texts of the present request's language."""
        return _texts(chosen_language() if has_request_context() else "zh_CN")


@cache
def _texts(language: str) -> NullTranslations:
    return Translations.load(CATALOGUES, [language])


class Languages(Babel):
    """Flask-Babel with our way to the texts."""

    @property
    def domain_instance(self) -> Catalogue:
        """Where gettext looks."""
        return Catalogue()


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
    return chosen_language().replace("_", "-")


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
    Languages(
        app,
        locale_selector=chosen_language,
        default_locale="zh_CN",
        default_timezone="Asia/Shanghai",
    )
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        THEMES=THEMES,
        chosen_language=chosen_language,
        chosen_theme=chosen_theme,
        language_tag=language_tag,
    )
    app.register_blueprint(preferences)
