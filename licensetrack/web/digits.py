"""Whole numbers that come in an address or a form: plain digits, and no more of them than any database can hold."""

from __future__ import annotations

from typing import overload

from flask import Flask, request
from werkzeug.routing import IntegerConverter

MOST = 9  # digits: below the largest number that every column takes
OF_DAYS = 4  # so many days a calendar can always go back or ahead


class RowNumber(IntegerConverter):
    """A row's number in an address; one that no column can hold is the number of no row."""

    regex = r"\d{1,18}"


def register(app: Flask) -> None:
    """Every `<int:…>` of an address is a row's number."""
    app.url_map.converters["int"] = RowNumber


@overload
def whole(text: str | None, otherwise: int, *, digits: int = MOST) -> int: ...
@overload
def whole(text: str | None, otherwise: None = None, *, digits: int = MOST) -> int | None: ...
def whole(text: str | None, otherwise: int | None = None, *, digits: int = MOST) -> int | None:
    """The number that the text is, else `otherwise`: no sign, no blank inside, no other digits than 0 to 9."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else otherwise


def page_asked() -> int:
    """The page that the address asks for, from 1."""
    return whole(request.args.get("page"), 1)


def days_asked(name: str, otherwise: int) -> int:
    """The number of days that the address asks for under this name."""
    return whole(request.args.get(name), otherwise, digits=OF_DAYS)
