"""The fingerprint of a host out of the file that its platform makes: from the content, else from the file's name."""

from __future__ import annotations

import re

from licensetrack.requests.content import fold_fingerprint

READ = 1_000_000  # such files are small; what says its fingerprint says it early
_WORD = r"[0-9A-Za-z][0-9A-Za-z_-]{5,63}"
_IN_CONTENT = (
    re.compile(rf"<\s*(?:ESN|DID|NodeID|DeviceID|MachineCode)\s*>\s*({_WORD})\s*<", re.IGNORECASE),
    re.compile(
        rf"\b(?:ESN|DID|Node\s?ID|Device\s?ID|SN|特征码|设备标识|机器码|请求码)[\"']?\s*[=:：]\s*[\"']?({_WORD})",
        re.IGNORECASE,
    ),
)
_IN_NAME = (
    re.compile(rf"(?:ESN|DID)[-_=. ]?({_WORD})", re.IGNORECASE),
    re.compile(r"(?<![0-9A-Za-z])((?=[0-9A-Za-z]*\d)[0-9A-Za-z]{12,64})(?![0-9A-Za-z])"),
)


def fingerprint_in(name: str, content: bytes) -> str:
    """The ESN or DID that a file states, or an empty text where none is found."""
    text = content[:READ].decode("utf-8", errors="ignore")
    bare = text.strip()
    if re.fullmatch(_WORD, bare):
        return fold_fingerprint(bare)
    stem = re.sub(r"\.[0-9A-Za-z]{1,5}$", "", name)
    for source, patterns in ((text, _IN_CONTENT), (stem, _IN_NAME)):
        for pattern in patterns:
            found = pattern.search(source)
            if found is not None:
                return fold_fingerprint(found[1])
    return ""
