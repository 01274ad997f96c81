"""Figures and rows as JSON says them, alike from the command line and the API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any


def json_form(content: Any) -> Any:
    """The content with only what JSON knows; a Decimal becomes a whole number where it is one."""
    if isinstance(content, dict):
        return {str(name): json_form(value) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [json_form(value) for value in content]
    if isinstance(content, Decimal):
        return int(content) if content == content.to_integral_value() else float(content)
    if isinstance(content, (dt.date, dt.datetime)):
        return content.isoformat()
    return content
