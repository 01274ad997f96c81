"""Rules of importing and accepting: what the platform shows against what was issued, who signs, what passes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from licensetrack.core.errors import Refused

# Why an import fails. The ledger keeps the words of the trade, as workbooks do; pages translate the codes.
REASONS = MappingProxyType(
    {
        "fingerprint": "设备信息码（ESN/DID）不匹配",
        "capacity": "容量不匹配",
        "version": "软件版本不支持",
        "damaged": "授权文件损坏",
        "expired": "授权已过期",
        "network": "网络或权限问题",
        "clock": "时间未同步（NTP）",
        "other": "其他",
    }
)
# What both sides look at before they sign; the unit answers, whether a screenshot is there the records say.
AUTHORIZED, CAPACITY, VALIDITY, VERSION, BUSINESS = "authorized", "capacity", "validity", "version", "business"
CHECKS = (AUTHORIZED, CAPACITY, VALIDITY, VERSION, BUSINESS)
PASS, FAIL = "pass", "fail"


class Shown(NamedTuple):
    """What a platform shows, or should show: CPUs, last day of validity, fingerprint of the host."""

    cpus: int | None = None
    until: dt.date | None = None
    fingerprint: str = ""


class Difference(NamedTuple):
    """One thing that the platform shows otherwise: which, as issued, as shown."""

    what: str
    issued: str
    shown: str


def differences(issued: Shown, shown: Shown) -> list[Difference]:
    """What the platform shows otherwise than issued. A fingerprint is compared where both sides name one."""
    found = []
    if issued.cpus is not None and shown.cpus != issued.cpus:
        found.append(Difference("cpus", str(issued.cpus), _text(shown.cpus)))
    if issued.until is not None and shown.until != issued.until:
        found.append(Difference("until", issued.until.isoformat(), _text(shown.until)))
    here, there = fingerprint_key(issued.fingerprint), fingerprint_key(shown.fingerprint)
    if here and there and here != there:
        found.append(Difference("fingerprint", issued.fingerprint, shown.fingerprint))
    return found


def in_ledger_words(found: Iterable[Difference]) -> str:
    """The differences as the reason of a failed import: 平台显示与发放不一致：CPU数应为32，显示24."""
    names = {"cpus": "CPU数", "until": "到期日", "fingerprint": "设备信息码"}
    return "平台显示与发放不一致：" + "；".join(f"{names[one.what]}应为{one.issued}，显示{one.shown}" for one in found)


def fingerprint_key(fingerprint: str) -> str:
    """A fingerprint without what people put between its signs, so that two ways to write it are one."""
    return re.sub(r"[\s:：\-_]", "", fingerprint).upper()


def check_shown(issued: Shown, shown: Shown) -> None:
    """A success says what the platform shows of what was issued, and no CPUs where there are none. Raises Refused."""
    if issued.cpus is None and shown.cpus is not None:
        raise Refused("This product is counted in sets; its platform shows no CPUs.").at("shown_cpus")
    if issued.cpus is not None and shown.cpus is None:
        raise Refused("Say how many CPUs the platform shows.").at("shown_cpus")
    if shown.cpus is not None and not 0 <= shown.cpus <= 10_000_000:
        raise Refused("The platform can not show %(cpus)s CPUs.", cpus=shown.cpus).at("shown_cpus")
    if issued.until is not None and shown.until is None:
        raise Refused("Say until when the platform shows the licence valid.").at("shown_until")


def check_failure(reason_code: str, note: str) -> None:
    """A failure has a reason of the list, and “other” says in words which. Raises Refused."""
    if reason_code not in REASONS:
        raise Refused("Choose why the import failed.").at("reason_code")
    if reason_code == "other" and not note.strip():
        raise Refused("Say in words why the import failed.").at("note")


def check_long(text: str, most: int, field: str) -> None:
    """A text that fits. Raises Refused."""
    if len(text) > most:
        raise Refused("This is too long: %(length)s signs, at most %(most)s.", length=len(text), most=most).at(field)


def check_conclusion(conclusion: str, checks: Collection[str], problems: str) -> None:
    """Pass needs every check, fail needs to say what is wrong. Raises Refused."""
    if conclusion not in (PASS, FAIL):
        raise Refused("Say whether the acceptance passes.").at("conclusion")
    unknown = set(checks) - set(CHECKS)
    if unknown:
        raise Refused("There is no check “%(check)s”.", check=min(unknown)).at("checks")
    if conclusion == PASS and set(checks) != set(CHECKS):
        raise Refused("It passes only when every point of the check list holds; else say what is wrong.").at("checks")
    if conclusion == FAIL and not problems.strip():
        raise Refused("Say what is wrong and what is to be done.").at("problems")


def check_shown_equal(numbers: Mapping[str, str]) -> None:
    """A pass does not contradict the records: number of a set → what differs there. Raises Refused for the first."""
    for number, differs in numbers.items():
        raise Refused(
            "The platform of %(number)s shows something else than was issued: %(differs)s.",
            number=number,
            differs=differs,
        ).at("checks")


def check_two_signers(unit_signer: tuple[int | None, str], center_signer: tuple[int | None, str]) -> None:
    """Whoever signs for the unit does not sign for the centre. Raises Refused."""
    same_account = unit_signer[0] is not None and unit_signer[0] == center_signer[0]
    if same_account or unit_signer[1] == center_signer[1]:
        raise Refused("The unit and the centre are signed for by two different people.")


def masked(secret: str, keep: int = 4) -> str:
    """A number of which only both ends are told: 2102****0017; a short one is told by its end alone."""
    if len(secret) <= keep:
        return secret
    return f"{secret[:keep] if len(secret) > 2 * keep else ''}****{secret[-keep:]}"


def _text(value: object) -> str:
    return "无" if value is None else str(value)
