"""Files between two looks at a form: sealed in the upload folder for a day, handed back to whoever sent them alone."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from flask import current_app

from licensetrack.accounts.permissions import Actor
from licensetrack.core import sealing
from licensetrack.core.errors import NotFound

PURPOSE = "held-upload"
KEPT_SECONDS = 24 * 3600
Named = tuple[str, bytes]
_TOKEN = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    uploads: Path = current_app.config["LICENSETRACK"].uploads
    return uploads / "held"


def hold(files: Sequence[Named], actor: Actor) -> str:
    """Keeps the files and gives the token to ask for them with; what lies longer than a day is thrown away."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    token = secrets.token_hex(16)
    place = folder / token
    place.mkdir(mode=0o700)
    for index, (name, content) in enumerate(files):
        head = json.dumps({"login": actor.login, "name": name}).encode()
        (place / f"{index:04}").write_bytes(sealing.seal(head + b"\n" + content, PURPOSE))
    return token


def held(token: str | None, actor: Actor) -> list[Named]:
    """The files of a token, in their order. Raises NotFound for a token that is over, unknown or somebody else's."""
    place = _folder() / (token or "")
    if not _TOKEN.fullmatch(token or "") or not place.is_dir():
        raise NotFound("The uploaded file is no longer here. Please choose it again.")
    found = []
    for path in sorted(place.iterdir()):
        head, _, content = sealing.unseal(path.read_bytes(), PURPOSE).partition(b"\n")
        about = json.loads(head)
        if about["login"] != actor.login:
            raise NotFound("The uploaded file is no longer here. Please choose it again.")
        found.append((about["name"], content))
    return found


def let_go(token: str | None) -> None:
    """Throws away what is no longer needed."""
    if _TOKEN.fullmatch(token or ""):
        shutil.rmtree(_folder() / (token or ""), ignore_errors=True)


def _sweep(folder: Path) -> None:
    for place in folder.iterdir():
        if _TOKEN.fullmatch(place.name) and time.time() - place.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(place, ignore_errors=True)
