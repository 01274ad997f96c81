"""What a kind of notice is: its words, who may see it, and how it goes out unless a person decides."""

from __future__ import annotations

from dataclasses import dataclass

AT_ONCE, DIGEST, OFF = "at_once", "digest", "off"
MAIL_MODES = (AT_ONCE, DIGEST, OFF)


@dataclass(frozen=True)
class Kind:
    """One kind. `label`, `title` and `body` are msgids; what stands in them in %(name)s comes with each notice.

    `sees` is the permission of whoever may hear of it, asked when it is told, shown and sent; empty where a notice is
    about the person's own account. `must`: something is to be done, so the bell can not be switched off.
    """

    code: str
    group: str
    label: str
    title: str
    body: str
    sees: str
    must: bool = False
    mail: str = AT_ONCE
