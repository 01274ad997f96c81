"""The words that vendors' licence files use for one fact, and how its value is read."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any, NamedTuple


class Pair(NamedTuple):
    """A name and its value, as a file has them."""

    name: str
    value: str


# Fact → the names it goes by, without blanks, signs and letter case (see `plain_key`).
_NAMES = {
    "serial": "lsn licenseserialnumber licenseserialno licensesn serialnumber licenseid licensekey activationkey"
    " authcode 授权码 授权序列号 许可证号",
    "kind": "lictype licensetype licencetype type 授权类型 许可类型",
    "fingerprint": "esn esns did deviceid devicedid deviceesn node nodeid machinecode hostid fingerprint hardwareid"
    " deviceinfo 设备信息码 机器码 设备码",
    "customer": "customer customername enduser endcustomer licensee 客户 客户名称 用户 用户单位 最终用户 使用单位",
    "product": "product productname prodname softwarename 产品 产品名称 软件名称",
    "created_on": "createtime createdate createdtime created generatetime issuedate issuetime 生成时间 生成日期"
    " 签发日期",
    "valid_from": "startdate starttime validfrom begindate effectivedate 生效日期 有效期起 开始日期",
    "valid_until": "expiredate expirydate expireddate expirationdate expiretime enddate endtime validto validuntil"
    " deadline validdate 失效日期 有效期至 有效期止 到期日 到期日期 截止日期",
    "grace_days": "graceday gracedays graceperiod 宽限期 宽限天数",
    "cpus": "cpu cpus cpunum cpunumber cpucount cpuquantity licensedcpus maxcpus socketnum sockets"
    " cpu数量 cpu数 cpu颗数 授权cpu数 许可数量",
}
FIELDS = {name: fact for fact, names in _NAMES.items() for name in names.split()}

_FORMAL = {"comm", "commercial", "formal", "perpetual", "permanent", "正式", "正式授权", "商用"}
_TEMPORARY = {"demo", "trial", "temporary", "temp", "eval", "evaluation", "test", "临时", "临时授权", "试用", "测试"}
_FOREVER = {"permanent", "perpetual", "forever", "unlimited", "never", "永久", "长期", "无限期", "permanently"}
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})")
_IDLE = re.compile(r"[\W_]+")


def plain_key(name: str) -> str:
    """A name without blanks, signs and letter case: "CPU Quantity" and "cpu_quantity" are one."""
    return _IDLE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def read_field(fact: str, text: str) -> Any:
    """The value of a fact, or nothing where the text does not say one."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if fact in ("cpus", "grace_days"):
        digits = re.match(r"\d{1,7}(?![\d.])", text)
        return int(digits[0]) if digits and int(digits[0]) > 0 else None
    if fact in ("created_on", "valid_from", "valid_until"):
        return _day(text, forever=fact == "valid_until")
    if fact == "kind":
        word = plain_key(text)
        return "formal" if word in _FORMAL else "temporary" if word in _TEMPORARY else ""
    if fact == "fingerprint":
        first = re.split(r"[\s,;|]+", text)[0]
        return first if re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z:-]{5,79}", first) else ""
    return "".join(sign for sign in text if sign.isprintable())[:200]


def _day(text: str, *, forever: bool) -> str:
    if forever and plain_key(text) in _FOREVER:
        return "permanent"
    found = _DAY.match(text)
    if found is None:
        return ""
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""
