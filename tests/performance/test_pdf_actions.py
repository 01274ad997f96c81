"""A PDF that would run something is told by its bytes, however it hides it; an ordinary one is not taken for one."""

from __future__ import annotations

import zlib

import pytest

from licensetrack.demo_papers import PAPERS, sample_pdf
from licensetrack.performance.pdf_actions import acts


def with_object(text: str, more: bytes = b"") -> bytes:
    return f"%PDF-1.7\n1 0 obj\n{text}\nendobj\n".encode() + more + b"%%EOF\n"


def packed(text: str, head: str = "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    body = zlib.compress(f"7 0 {text}".encode())
    return b"%PDF-1.7\n5 0 obj\n<< " + head.encode() + b" >>\nstream\n" + body + b"\nendstream\nendobj\n%%EOF\n"


@pytest.mark.parametrize(
    "content",
    [
        with_object("<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"),
        with_object("<< /S/J#61vaScript/JS 4 0 R >>"),
        with_object("<< /S /Launch /F (calc.exe) >>"),
        with_object("<< /S /SubmitForm /F (http://evil.invalid) >>"),
        with_object("<< /AcroForm << /XFA [(template) 8 0 R] >> >>"),
        with_object("<< /Encrypt 9 0 R >>"),
        b"%PDF-1.7\n% stream\n1 0 obj << /S /JavaScript /JS (x) >> endobj % endstream\n%%EOF\n",
        packed("<< /S /JavaScript /JS (app.alert) >>"),
        packed("<< /S /#4aavaScript /JS (app.alert) >>"),
        packed("<< /S /GoTo >>", "/Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode"),
        packed("<< /S /GoTo >>", "/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /LZWDecode]"),
        packed("<< /S /GoTo >>", "/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>"),
        packed("<< /S /GoTo >>").replace(b"stream\n", b"stream\nx", 1),
        packed(" " * (33 * 1024 * 1024)),
    ],
)  # fmt: skip
def test_what_would_run_is_found(content: bytes) -> None:
    assert acts(content)


@pytest.mark.parametrize(
    "content",
    [
        *(sample_pdf(paper) for paper in PAPERS[:3]),
        with_object("<< /OpenAction [3 0 R /XYZ null null 0] /A << /S /URI /URI (https://example.invalid) >> >>"),
        with_object("<< /Title (/Launcher#20) /LaunchPad 1 >>"),
        packed("<< /S /GoTo /D [3 0 R /Fit] >>"),
    ],
)
def test_an_ordinary_one_is_shown(content: bytes) -> None:
    assert not acts(content)
