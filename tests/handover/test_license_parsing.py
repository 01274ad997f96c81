"""What is read from a licence file: vendors' forms, names with an ESN, and nothing at all from what nobody knows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.handover.file_comparison import Expected, compare
from licensetrack.handover.license_parsing import LARGEST, LicenseFacts, masked, masked_name, read_license
from tests.handover.vendor_files import (
    BILLION_LAUGHS,
    CUSTOMER,
    DID,
    ESN,
    OUTSIDE_FILE,
    h3c_activation,
    huawei_dat,
    huawei_xml,
)


def test_the_xml_of_a_virtualization_platform_is_read() -> None:
    assert read_license("LIC.xml", huawei_xml()) == LicenseFacts(
        "huawei", "formal", 16, ESN, "LIC20240305A7K2M9", CUSTOMER, "", "2024-03-05", "", "permanent", 60
    )


def test_names_with_values_are_read() -> None:
    assert read_license("LIC.dat", huawei_dat()) == LicenseFacts(
        "huawei", "temporary", 16, ESN, "LIC20240401B8L3N0", CUSTOMER, "ManageOne", "2024-04-01", "", "2024-06-30", 60
    )


def test_an_activation_file_is_read_in_the_encoding_of_its_desk() -> None:
    facts = read_license("cvm.lic", h3c_activation())
    assert (facts.form, facts.kind, facts.cpus, facts.fingerprint) == ("h3c", "formal", 48, DID)
    assert (facts.customer, facts.valid_from, facts.valid_until) == (CUSTOMER, "2024-05-01", "2027-12-31")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_a_desk_is_read(encoding: str) -> None:
    text = f"设备信息码：{ESN}\r\n授权类型：临时\r\nCPU颗数：１２\r\n有效期至：2025年3月1日\r\n"
    facts = read_license("授权.txt", text.encode(encoding))
    assert (facts.fingerprint, facts.kind, facts.cpus, facts.valid_until) == (ESN, "temporary", 12, "2025-03-01")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"LICFusionCompute_{ESN}_20240305.dat", ESN),
        ("市一医院-ESN_0123456789AB.dat", "0123456789AB"),
        (f"DID={DID}.lic", DID),
        ("授权文件（终版）.dat", ""),
    ],
)
def test_a_fingerprint_in_the_name_is_found(name: str, found: str) -> None:
    facts = read_license(name, b"\x00\x01binary")
    assert facts.fingerprint == found
    assert facts.form == ("name" if found else "unknown")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\x10", b"%PDF-1.7", b"hello", b"<html><p>x</p></html>", b"<", b"x" * 99]
)
def test_unknown_files_give_nothing(content: bytes) -> None:
    assert read_license("something", content).empty


@pytest.mark.parametrize("content", [BILLION_LAUGHS, OUTSIDE_FILE, BILLION_LAUGHS.decode().encode("utf-16")])
def test_a_file_that_declares_entities_is_not_looked_into(content: bytes) -> None:
    assert read_license("evil.xml", content).empty


def test_what_is_too_deep_too_large_or_too_much_is_not_looked_into() -> None:
    assert read_license("deep.xml", b"<a>" * 4000).empty
    assert read_license("wide.xml", b"<a>" + b"<LSN>x</LSN>" * 5000 + b"</a>").empty
    assert read_license("large.dat", b"LSN=x\n" + b"#" * LARGEST).empty


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read_license("x.dat", content)
    read_license("x.xml", b"<a>" + content)


def test_secrets_are_masked_in_what_lies_readable_and_in_names() -> None:
    said = read_license(f"LIC_{ESN}.xml", huawei_xml()).as_dict()
    assert said["fingerprint"] == masked(ESN) == "2102…23"
    assert said["serial"] == "LIC2…M9"
    assert ESN not in masked_name(f"LIC_{ESN}.dat")
    assert masked_name("授权.dat") == "授权.dat"


KNOWN = Expected(ESN, 16, "formal", dt.date(2024, 6, 30), [CUSTOMER])


def test_a_file_that_fits_has_no_difference() -> None:
    facts = read_license("x.dat", huawei_dat(kind="COMM"))
    assert compare("x.dat", facts, KNOWN) == []
    assert compare("x.dat", facts, Expected()) == [], "what is not known is not compared"
    assert compare("x", LicenseFacts(), KNOWN) == [], "what is not said is no difference"


def test_every_difference_is_told_with_its_weight_and_without_the_secret() -> None:
    facts = read_license("x.dat", huawei_dat(esn="2102311ZZZ10K5000999", cpus=24, until="2025-01-01"))
    found = compare("x.dat", facts, KNOWN._replace(names=["别的单位"]))
    assert [(one.field, one.weight) for one in found] == [
        ("fingerprint", "error"), ("cpus", "warning"), ("kind", "warning"), ("valid_until", "warning"),
        ("customer", "warning"),
    ]  # fmt: skip
    assert ESN not in str(found)
    assert "2102311ZZZ10K5000999" not in str(found)


def test_letter_case_and_separators_of_a_fingerprint_make_no_difference() -> None:
    facts = read_license("x.lic", h3c_activation(did=DID.upper().replace("-", ":")))
    assert not [one for one in compare("x.lic", facts, Expected(fingerprint=DID)) if one.field == "fingerprint"]
