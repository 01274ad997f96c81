"""A TOML file that somebody sends with a form: a framework, a working paper."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from licensetrack.core.errors import Refused

MOST_BYTES = 1024 * 1024


def toml_sent(file: FileStorage | None) -> tuple[dict[str, Any], str]:
    """What the file says, numbers as Decimal, and its name. Raises Refused at `file`."""
    content = b"" if file is None else file.stream.read(MOST_BYTES + 1)
    if file is None or not content:
        raise Refused("Choose a file.").at("file")
    if len(content) > MOST_BYTES:
        raise Refused("The file is larger than %(most)s MB.", most=1).at("file")
    try:
        return tomllib.loads(content.decode(), parse_float=Decimal), file.filename or ""
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("This is not a TOML file: %(problem)s", problem=error).at("file") from None
