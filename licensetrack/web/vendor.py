"""Other people's files (Bootstrap's style and icons), served out of their pip package under their content's digest."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

from flask import Blueprint, Flask, Response, abort, url_for
from markupsafe import Markup

from licensetrack.web.access import public

vendor = Blueprint("vendor", __name__, url_prefix="/vendor")

ICONS = tuple(
    "arrow-clockwise"
    " archive card-checklist"
    " arrow-down arrow-down-up arrow-up box-arrow-right building calendar3 cash-coin check-circle check-lg"
    " chevron-left chevron-right circle-half clipboard-data cloud-arrow-up cloud-check download"
    " exclamation-octagon exclamation-triangle file-earmark-arrow-down file-earmark-pdf file-earmark-spreadsheet"
    " file-earmark-word grid-1x2 headset hourglass-split inbox info-circle moon-stars patch-check person-circle"
    " bell display key pause play people person-plus shield-check shield-lock"
    " arrow-counterclockwise file-earmark-text pencil-square plus-lg save send sliders trash"
    " journal-text link-45deg search sun table x-lg".split()
)
_DARK_RULE = re.compile(r"(?:^|(?<=\}))\[data-bs-theme=dark\][^{}]*\{[^{}]*\}")
_DARK_BY_SYSTEM = ":root:not([data-bs-theme=light]):not([data-bs-theme=dark])"


def _bootstrap(path: str) -> str:
    return files("flask_bootstrap").joinpath("static", "bootstrap5", path).read_text(encoding="utf-8")


def _style() -> str:
    """Bootstrap's style without its source map, and its dark rules once more for visitors whose system is dark."""
    style = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", _bootstrap("css/bootstrap.min.css"))
    dark = "".join(_DARK_RULE.findall(style)).replace("[data-bs-theme=dark]", _DARK_BY_SYSTEM)
    return f"{style}\n@media screen and (prefers-color-scheme:dark){{{dark}}}"


def _icons() -> str:
    """The icons that pages use, cut out of the sprite of two thousand."""
    sprite = _bootstrap("icons/bootstrap-icons.svg")
    found = {name: re.search(rf'<symbol[^>]*\bid="{name}".*?</symbol>', sprite, re.DOTALL) for name in ICONS}
    missing = [name for name, symbol in found.items() if symbol is None]
    if missing:
        raise LookupError(f"Bootstrap Icons has no {', '.join(missing)}")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        + "".join(symbol[0] for symbol in found.values() if symbol)
        + "</svg>"
    )


ASSETS = {"bootstrap.css": (_style, "text/css"), "icons.svg": (_icons, "image/svg+xml")}


@cache
def _asset(name: str) -> tuple[bytes, str, str]:
    """Content, digest and type of an asset."""
    make, kind = ASSETS[name]
    content = make().encode()
    return content, hashlib.sha256(content).hexdigest()[:16], kind


@vendor.get("/<digest>/<name>")
@public
def asset(digest: str, name: str) -> Response:
    """One asset; its address changes with its content, so a browser may keep it for ever."""
    if name not in ASSETS:
        abort(404)
    content, known, kind = _asset(name)
    if digest != known:
        abort(404)
    return Response(
        content, content_type=f"{kind}; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def address(name: str) -> str:
    """The address of an asset."""
    return url_for("vendor.asset", digest=_asset(name)[1], name=name)


def icon(name: str) -> Markup:
    """An icon beside a text; it says nothing to a screen reader."""
    if name not in ICONS:
        raise KeyError(f"the icon {name} is not cut out of the sprite")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(address("icons.svg"), name)


def register(app: Flask) -> None:
    """Serves the assets and lets templates name them."""
    app.register_blueprint(vendor)
    app.jinja_env.globals.update(vendor=address, icon=icon)
