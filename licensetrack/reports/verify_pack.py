"""Checks a sealed pack with nothing but Python: every byte, every digest, every figure from its rows. 封存包核验程序。

用法：python3 -I verify_pack.py 封存包.zip [--fingerprint 公钥指纹]

`licensetrack verify-pack` runs this file; a pack holds it as one script together with core/signatures.py and
pack_container.py and pack_recount.py. What is to be recounted stands in the pack.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import InvalidOperation
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

from licensetrack.core.signatures import SIGNATURES, fingerprint_of, sm3
from licensetrack.reports.pack_container import SIGNATURE, Broken, Buffer, Pack, canonical, parsed
from licensetrack.reports.pack_recount import EVIDENCE, GOALS, SNAPSHOT, Recount, lines_of, number, rows_of

FORMAT = "licensetrack-sealed-pack/1"


class Finding(NamedTuple):
    """One thing that was checked, and what came of it."""

    ok: bool
    title: str
    detail: str


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
    recount = Recount(pack, snapshot["figures"], list(traced))
    told = "%d份、%d行，与快照中的摘要一致" % (len(traced), recount.count())
    found.append(Finding(not changed, "逐笔明细", "与快照不符：" + "、".join(changed) if changed else told))
    faults = recount.faults()
    found.append(Finding(not faults, "数据复算", "；".join(faults) or recount.told()))
    if GOALS in pack.files:
        found.append(_goals(pack, snapshot["figures"]))
    found += [_monitoring(pack, one) for one in pack.manifest.get("monitorings", ())]
    held = {one["sha256"] for one in pack.manifest["files"] if one["path"].startswith(EVIDENCE)}
    frozen = snapshot["evidence"] + snapshot.get("papers", [])
    missing = [one["name"] for one in frozen if one["digest"] not in held]
    told = "签发时冻结摘要的%d份材料均在包内" % len(frozen)
    found.append(Finding(not missing, "佐证材料", "缺少：" + "、".join(missing) if missing else told))
    return found


def _goals(pack: Pack, figures: Dict[str, Any]) -> Finding:
    """The lines of the form of goals say the weights and targets that the snapshot holds."""
    rows, wrong = rows_of(pack, GOALS), []
    for row in rows:
        for name in ("weight", "target"):
            frozen = figures.get("%s.%s" % (name, row["code"]), {}).get("value")
            if (None if row[name] is None else number(row[name])) != (None if frozen is None else number(frozen)):
                wrong.append("%s的%s" % (row["code"], "分值" if name == "weight" else "指标值"))
    told = "%d项指标的分值、指标值与快照一致" % len(rows)
    return Finding(not wrong, "绩效目标", "与快照不符：" + "、".join(wrong) if wrong else told)


def _monitoring(pack: Pack, stated: Dict[str, Any]) -> Finding:
    """A monitoring's snapshot as it was reported, and its figures counted again from their own lists."""
    folder = stated["folder"]
    text, title = pack.content(folder + "监控快照.json"), "运行监控（截至%s）" % stated["as_of"]
    if _digest(text, stated["algorithm"]) != stated["digest"]:
        return Finding(False, title, "与上报时的%s摘要%s不符" % (stated["algorithm"].upper(), stated["digest"]))
    recount = Recount(pack, parsed(text, title)["figures"], stated["lists"], folder)
    faults, rows = recount.faults(), recount.count()
    told = "快照与上报时一致；明细%d份、%d行，%s" % (len(stated["lists"]), rows, recount.told())
    return Finding(not faults, title, "；".join(faults) or told)


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
