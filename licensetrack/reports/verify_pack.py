"""Checks a sealed pack with nothing but Python: every byte, every digest, every figure from its rows. 封存包核验程序。

用法：python3 -I verify_pack.py 封存包.zip [--fingerprint 公钥指纹]

`licensetrack verify-pack` runs this file; a pack holds it as one script together with core/signatures.py and
pack_container.py. What is to be recounted stands in the pack.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from licensetrack.core.signatures import SIGNATURES, fingerprint_of, sm3
from licensetrack.reports.pack_container import SIGNATURE, Broken, Buffer, Pack, canonical, parsed

FORMAT = "licensetrack-sealed-pack/1"
SNAPSHOT, RULES, LINES, EVIDENCE = "数据/评价快照.json", "数据/复算规则.json", "数据/逐笔明细/", "佐证材料/"


class Finding(NamedTuple):
    """One thing that was checked, and what came of it."""

    ok: bool
    title: str
    detail: str


def number(value: Any) -> Decimal:
    """A number as the snapshot writes it: whole, or a decimal as text."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("“%r”不是数" % (value,))
    return Decimal(value)


def percent(over: Decimal, under: Decimal) -> Decimal:
    """A rate in percent, two decimals, half up."""
    return (over * 100 / under).quantize(Decimal("0.01"), ROUND_HALF_UP)


def recounted(
    rule: Dict[str, Any], rows: Sequence[Dict[str, Any]], value: Callable[[str], Decimal]
) -> Optional[Decimal]:
    """What a rule gives: from the rows of a list, or from other figures; None where it has nothing to divide by."""
    kind = rule["rule"]
    if "where" in rule:
        rows = [row for row in rows if all(row.get(key) == wanted for key, wanted in rule["where"].items())]
    if kind == "sum":
        return sum((number(row[rule["column"]]) for row in rows), Decimal(0))
    if kind == "count":
        return Decimal(len({row[rule["column"]] for row in rows}))
    if kind == "rate":
        over = sum((number(row[rule["numerator"]]) for row in rows), Decimal(0))
        under = sum((number(row[rule["denominator"]]) for row in rows), Decimal(0))
        return percent(over, under) if under else None
    parts = [value(name) for name in rule["of"]]
    if kind == "add":
        return sum(parts, Decimal(0))
    if kind == "subtract":
        return parts[0] - sum(parts[1:], Decimal(0))
    if kind == "percent":
        return percent(parts[0], parts[1]) if parts[1] else None
    raise Broken("不认识的复算规则“%s”" % kind)


def lines_of(measure: str) -> str:
    """Where the rows behind a measure lie, one JSON text a line."""
    return LINES + measure + ".jsonl"


class _Recount:
    """Every figure of the snapshot, by the rules and line lists of the pack."""

    def __init__(self, pack: Pack, snapshot: Dict[str, Any]) -> None:
        self._pack, self._figures = pack, snapshot["figures"]
        self._traced: Dict[str, str] = snapshot["trace_digests"]
        self._rules: Dict[str, Dict[str, Any]] = parsed(pack.content(RULES), RULES)
        self._rows: Dict[str, List[Dict[str, Any]]] = {}
        self.from_rows = self.from_others = self.stated = 0

    def rows(self, measure: str) -> List[Dict[str, Any]]:
        """The line list of a measure."""
        if measure not in self._rows:
            name = lines_of(measure)
            lines = self._pack.content(name).split(b"\n")[:-1]
            self._rows[measure] = parsed(b"[" + b",".join(lines) + b"]", name)
        return self._rows[measure]

    def count(self) -> int:
        """How many rows all lists have."""
        return sum(len(self.rows(measure)) for measure in self._traced)

    def faults(self) -> List[str]:
        """Figures that their rows or rules do not give, and figures without a rule."""
        if set(self._rules) != set(self._figures):
            raise Broken("复算规则与快照中的数据不是同一批")
        return [fault for fault in map(self._fault, self._figures) if fault]

    def _value(self, name: str) -> Decimal:
        return number(self._figures[name]["value"])

    def _fault(self, name: str) -> str:
        rule, stated = self._rules[name], self._figures[name]["value"]
        if rule["rule"] == "stated":
            self.stated += 1
            return "“%s”没有复算规则" % name if name in self._traced else ""
        if "rows" in rule:
            self.from_rows += 1
        else:
            self.from_others += 1
        found = recounted(rule, self.rows(rule["rows"]) if "rows" in rule else [], self._value)
        if found == (None if stated is None else number(stated)):
            return ""
        return "“%s”载明为%s，复算为%s" % (name, stated, found)


def verify(data: Buffer, fingerprint: str = "") -> List[Finding]:
    """Everything that was checked, in order; the pack is whole when every finding is ok.

    Without sound container and signature nothing else is looked at: what the manifest says could be anybody's.
    """
    found: List[Finding] = []
    try:
        pack = Pack(data)
        if pack.manifest["format"] != FORMAT:
            raise Broken("不认识的格式“%s”" % pack.manifest["format"])
        found.append(Finding(True, "压缩包结构", "%d个文件，逐字节符合约定的格式，无多余内容" % len(pack.files)))
        found.append(_signature(pack, fingerprint))
        if found[-1].ok:
            found += _contents(pack)
    except Broken as broken:
        found.append(Finding(False, "封存包", str(broken)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, struct.error, InvalidOperation):
        found.append(Finding(False, "封存包", "内容不符合约定的格式，或已损坏"))
    return found


def _signature(pack: Pack, fingerprint: str) -> Finding:
    said = parsed(pack.signature_bytes, SIGNATURE)
    if canonical(said) != pack.signature_bytes or set(said) != {"algorithm", "public_key", "signature"}:
        raise Broken("签名文件不符合约定的写法")
    if said["algorithm"] not in SIGNATURES or not re.fullmatch("[0-9a-f]+", said["public_key"] + said["signature"]):
        raise Broken("签名文件不符合约定的写法")
    key = bytes.fromhex(said["public_key"])
    own, title = fingerprint_of(key), "签名（%s）" % said["algorithm"]
    if not SIGNATURES[said["algorithm"]](key, bytes.fromhex(said["signature"]), pack.manifest_bytes):
        return Finding(False, title, "清单的签名不成立：清单、签名或公钥被改动")
    if fingerprint and fingerprint.replace(" ", "").lower() != own.replace(" ", ""):
        return Finding(False, title, "公钥指纹为%s，与给定的指纹不同" % own)
    told = "与给定的指纹一致" if fingerprint else "请与封存单位公布的指纹核对"
    return Finding(True, title, "清单的签名成立；公钥指纹%s，%s" % (own, told))


def _contents(pack: Pack) -> List[Finding]:
    """Digests first; what lies in a file that was changed is not asked."""
    algorithms = [name for name in ("sha256", "sm3") if name in pack.manifest["files"][0]]
    found = [_digests(pack, algorithm) for algorithm in algorithms]
    return found + _books(pack) if all(one.ok for one in found) else found


def _books(pack: Pack) -> List[Finding]:
    """The snapshot, the line lists, the figures, the evidence."""
    text, stated = pack.content(SNAPSHOT), pack.manifest["snapshot"]
    snapshot, algorithm = parsed(text, SNAPSHOT), stated["algorithm"]
    same = _digest(text, algorithm) == stated["digest"]
    told = "%s摘要%s" % (algorithm.upper(), stated["digest"])
    found = [Finding(same, "评价快照", told + "，与签发时一致" if same else "与签发时的" + told + "不符")]
    traced = snapshot["trace_digests"]
    changed = [name for name in traced if _digest(pack.content(lines_of(name)), algorithm) != traced[name]]
    recount = _Recount(pack, snapshot)
    told = "%d份、%d行，与快照中的摘要一致" % (len(traced), recount.count())
    found.append(Finding(not changed, "逐笔明细", "与快照不符：" + "、".join(changed) if changed else told))
    faults = recount.faults()
    counts = (recount.from_rows, recount.from_others, recount.stated)
    told = "由明细复算%d项、由其他数据推算%d项，均与快照一致；%d项为评分、指标值等载明的数，不复算" % counts
    found.append(Finding(not faults, "数据复算", "；".join(faults) or told))
    held = {one["sha256"] for one in pack.manifest["files"] if one["path"].startswith(EVIDENCE)}
    frozen = snapshot["evidence"] + snapshot.get("papers", [])
    missing = [one["name"] for one in frozen if one["digest"] not in held]
    told = "签发时冻结摘要的%d份材料均在包内" % len(frozen)
    found.append(Finding(not missing, "佐证材料", "缺少：" + "、".join(missing) if missing else told))
    return found


def told(found: Sequence[Finding]) -> List[str]:
    """The findings as lines, with the conclusion."""
    lines = ["%s %s：%s" % ("✓" if one.ok else "✗", one.title, one.detail) for one in found]
    if not all(one.ok for one in found):
        return [*lines, "结论：核验不通过，本包与封存时不一致。"]
    return [
        *lines,
        "说明：报告和表单的文字由摘要保证未被改动，其中的数不逐一识读。",
        "结论：核验通过，本包与封存时一致。",
    ]


def _digests(pack: Pack, algorithm: str) -> Finding:
    title = "文件摘要（%s）" % algorithm.upper()
    if algorithm not in hashlib.algorithms_available:
        return Finding(True, title, "本机的 Python 不含此算法，未核对")
    listed = pack.manifest["files"]
    with ThreadPoolExecutor() as threads:  # hashing lets other threads run meanwhile
        found = threads.map(lambda one: pack.digest(one["path"], algorithm), listed)
    wrong = [one["path"] for one, digest in zip(listed, found) if digest != one[algorithm]]
    return Finding(not wrong, title, "被改动：" + "、".join(wrong) if wrong else "%d个文件与清单一致" % len(listed))


def _digest(content: bytes, algorithm: str) -> str:
    return sm3(content).hex() if algorithm == "sm3" else hashlib.new(algorithm, content).hexdigest()


def _open(path: Path, fingerprint: str) -> List[Finding]:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return [Finding(False, "封存包", "文件是空的")]
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return verify(data, fingerprint)


def main(arguments: Sequence[str]) -> int:
    """Prints what was checked: 0 where the pack is whole, 1 where it is not, 2 for a wrong call."""
    words, fingerprint = list(arguments), ""
    if "--fingerprint" in words:
        at = words.index("--fingerprint")
        fingerprint = " ".join(words[at + 1 : at + 2])
        del words[at : at + 2]
    if len(words) != 1:
        sys.stderr.write("用法：python3 -I verify_pack.py 封存包.zip [--fingerprint 公钥指纹]\n")
        return 2
    try:
        found = _open(Path(words[0]), fingerprint)
    except OSError as error:
        sys.stderr.write("无法读取“%s”：%s\n" % (words[0], error.strerror))
        return 2
    for line in told(found):
        sys.stdout.write(line + "\n")
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
