"""Files that come with a request's form: host lists become text, fingerprint files their ESN, all lie as papers."""

from __future__ import annotations

from itertools import islice

from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from licensetrack.accounts.permissions import Actor
from licensetrack.core.errors import Refused
from licensetrack.exchange.opening import open_book
from licensetrack.exchange.problems import Unreadable
from licensetrack.requests.content import LINE, Typed
from licensetrack.requests.fingerprints import fingerprint_in
from licensetrack.requests.hosts import MOST_HOSTS, as_text
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.papers import FINGERPRINT, HOSTS, add_paper
from licensetrack.web.request_forms import RequestForm

Upload = tuple[str, bytes, str, str]
"""Name, content, kind of paper, key of the line it came with."""


def taken_in(form: RequestForm, typed: Typed) -> list[Upload]:
    """Puts what the lines' files say into `typed`; returns every file of the form, to be laid with the request.

    Raises Refused for a host list that can not be read.
    """
    uploads: list[Upload] = []
    for entry, line in zip(form.lines, typed["lines"], strict=True):
        for name, content in _files(entry.form.hosts_file.data):
            line["hosts"] = host_rows(name, content)
            uploads.append((name, content, HOSTS, line["key"]))
        for name, content in _files(entry.form.fingerprint_file.data):
            found = fingerprint_in(name, content)
            if found:
                line["fingerprint"] = found
            uploads.append((name, content, FINGERPRINT, line["key"]))
    for file in form.papers.data or ():
        uploads += [(name, content, form.paper_kind.data or "other", "") for name, content in _files(file)]
    return uploads


def lay(uploads: list[Upload], request: LicenseRequest, *, actor: Actor) -> None:
    """Lays the files with the request."""
    for name, content, kind, line_key in uploads:
        add_paper(request, name, content, actor=actor, kind=kind, line_key=line_key)


def host_rows(name: str, content: bytes) -> str:
    """The first sheet that holds anything, as it would be pasted. Raises Refused."""
    try:
        for sheet in open_book(name, content):
            rows, _ = sheet.open()
            text = as_text(list(islice(rows, MOST_HOSTS + 10)))
            if text and not sheet.hidden:
                return text[: LINE["hosts"]]
    except Unreadable as problem:
        reason = problem.problem(name).text(gettext)
        raise Refused("The host list “%(name)s” can not be read: %(reason)s", name=name[:80], reason=reason) from None
    raise Refused("The host list “%(name)s” is empty.", name=name[:80])


def _files(data: object) -> list[tuple[str, bytes]]:
    """The file of a field, if one was chosen; read from its start, because the same form may be read twice."""
    if not isinstance(data, FileStorage) or not data.filename:
        return []
    data.stream.seek(0)
    return [(data.filename, data.stream.read())]
