"""What a licence file says: vendors' XML, key=value text and file names are read into facts; unknown ones give none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from licensetrack.handover.license_words import FIELDS, Pair, plain_key, read_field
from licensetrack.handover.license_xml import BadXml, pairs_of_xml

LARGEST = 1024 * 1024  # a licence file has some kilobytes; larger ones are kept and not looked into
MOST_PAIRS = 2000
FORMS = ("huawei", "h3c", "text", "name", "unknown")

_LABELED = re.compile(r"(?:ESN|DID|SN|设备信息码|机器码)[\s_:=-]*([0-9A-Za-z][0-9A-Za-z-]{7,63})", re.IGNORECASE)
_HARDWARE = re.compile(r"(?<![0-9A-Za-z])(21[0-9]{2}[0-9A-Z]{16})(?![0-9A-Za-z])")
_PAIR = re.compile(r"^[\s;#*]*([^\s=:：#;\[][^=:：]{0,60}?)\s*[=:：]\s*(.*?)\s*;?\s*$")
_TEXTS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class LicenseFacts:
    """What could be read; empty where the file does not say it. `valid_until` is an ISO day or "permanent"."""

    form: str = "unknown"
    kind: str = ""
    cpus: int | None = None
    fingerprint: str = ""
    serial: str = ""
    customer: str = ""
    product: str = ""
    created_on: str = ""
    valid_from: str = ""
    valid_until: str = ""
    grace_days: int | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing could be read from the file."""
        return self.form == "unknown"

    def as_dict(self) -> dict[str, Any]:
        """What may lie readable beside the sealed file: all that was read but the serial and the fingerprint."""
        said = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        for secret in ("fingerprint", "serial"):
            if secret in said:
                said[secret] = masked(said[secret])
        return said


def masked(secret: str) -> str:
    """Enough of a serial or fingerprint to recognize it by: its first four signs and its last two."""
    return f"{secret[:4]}…{secret[-2:]}" if len(secret) > 8 else "…"


def masked_name(name: str) -> str:
    """A file's name as lists show it: a fingerprint in it is masked."""
    for pattern in (_LABELED, _HARDWARE):
        name = pattern.sub(lambda found: found[0].replace(found[1], masked(found[1])), name)
    return name


def read_license(name: str, content: bytes) -> LicenseFacts:
    """The facts of a licence file, whatever it is; never raises for what is in it."""
    pairs, form = _pairs(content)
    facts = _facts_of(pairs)
    if facts != LicenseFacts():
        facts = replace(facts, form=_form_of(form, pairs))
    in_name = fingerprint_in(name)
    if in_name and not facts.fingerprint:
        form = "name" if facts.empty else facts.form
        facts = replace(facts, fingerprint=in_name, form=form)
    return facts


def fingerprint_in(text: str) -> str:
    """An ESN or DID that a file name carries, if it says one."""
    found = _HARDWARE.search(text) or _LABELED.search(text)
    return found[1].strip("-") if found else ""


def _pairs(content: bytes) -> tuple[list[Pair], str]:
    """Names with their values, in the order of the file, and what kind of text it is."""
    if len(content) > LARGEST:
        return [], ""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"<") or content[:2] in _TEXTS:
        try:
            return pairs_of_xml(content, MOST_PAIRS), "xml"
        except BadXml:
            if content[:2] not in _TEXTS:
                return [], ""
    text = _decoded(content)
    return [] if text is None else list(_lines(text)), "text"


def _decoded(content: bytes) -> str | None:
    if content[:2] in _TEXTS:
        encodings = ["utf-16"]
    elif b"\0" in content:
        return None
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _lines(text: str) -> Iterator[Pair]:
    for line in text.splitlines()[:MOST_PAIRS]:
        if len(line) < 2000 and (found := _PAIR.match(line)):
            yield Pair(found[1].strip().strip("\"'"), found[2].strip().strip("\"'"))


def _facts_of(pairs: list[Pair]) -> LicenseFacts:
    said: dict[str, Any] = {}
    cpus: list[int] = []
    for pair in pairs:
        key = plain_key(pair.name)
        found = FIELDS.get(key)
        if found is None and "cpu" in key and key not in ("cpumodel", "cputype", "cpucores"):
            found = "cpus"
        if found is None:
            continue
        value = read_field(found, pair.value)
        if value in ("", None):
            continue
        if found == "cpus":
            cpus.append(value)
        else:
            said.setdefault(found, value)
    if cpus:
        said["cpus"] = max(cpus)  # a file may list several resources of CPUs: the capacity is the largest
    return LicenseFacts(**said)


_Test = Callable[[set[str]], bool]
_SIGNS: tuple[tuple[str, _Test], ...] = (
    ("huawei", lambda keys: bool(keys & {"lsn", "lictype", "graceday", "gracedays"})),
    ("h3c", lambda keys: bool(keys & {"did", "activationkey", "activationfile", "deviceid", "h3cproduct"})),
)


def _form_of(form: str, pairs: list[Pair]) -> str:
    keys = {plain_key(pair.name) for pair in pairs}
    for vendor, tells in _SIGNS:
        if tells(keys):
            return vendor
    return "text" if form == "text" else "huawei" if "node" in keys else "text"
