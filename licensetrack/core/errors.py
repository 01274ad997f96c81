"""What a room says when it refuses: an English msgid and its values; the shell puts it into the user's language."""

from __future__ import annotations

from typing import Self


class DomainError(Exception):
    """A refusal in words.

    `message` is an English gettext msgid with ``%(name)s`` placeholders, `values` fills them.
    ``str(error)`` is the English text, for logs and a plain Python shell. `field` names the field of a form that
    the refusal is about, where it is about one.
    """

    field = ""

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message % values if values else message)

    def at(self, field: str) -> Self:
        """The same refusal, told at a field: ``raise Refused("A reason is needed.").at("reason")``."""
        self.field = field
        return self


class Refused(DomainError):
    """A rule of the trade forbids it; nothing was written."""


class Conflict(DomainError):
    """Somebody else was faster, or the form is stale; nothing was written (HTTP 409)."""


class Forbidden(DomainError):
    """The actor's role does not allow it (HTTP 403)."""


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does (HTTP 404)."""


class Uncertain(DomainError):
    """The commit was not confirmed: it may be there or not; the same key sent again gives the answer (HTTP 503)."""


class ReadOnly(DomainError):
    """A check of the books failed, and until somebody releases it the program only reads (HTTP 503)."""
