"""A hypervisor asked by libvirt's own test driver becomes a scan; without the library the command says what to do."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.exchange import collecting
from licensetrack.exchange.collecting import collect_libvirt
from licensetrack.inventory.positions import positions, totals
from licensetrack.inventory.sides import Asked, read_sides
from tests import debian
from tests.exchange.ledger_files import SCHOOL, books_are_right, load, units
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")
OF_DEBIAN = Path("/usr/lib/python3/dist-packages")
PACKAGE = "python3-libvirt"


@pytest.fixture
def libvirt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library: from the environment, or Debian's own where its Python is ours."""
    if importlib.util.find_spec("libvirt") is None:
        if not (OF_DEBIAN / "libvirt.py").exists():
            debian.install(PACKAGE)
        if not list(OF_DEBIAN.glob(f"libvirtmod.cpython-{sys.version_info.major}{sys.version_info.minor}-*")):
            pytest.skip(f"Debian's {PACKAGE} is for another Python; install requirements/libvirt.txt to run this")
        monkeypatch.setattr(sys, "path", [*sys.path, str(OF_DEBIAN)])
    yield
    for name in [name for name in sys.modules if name.startswith("libvirt")]:
        del sys.modules[name]


def running() -> tuple[int, int]:
    with reading() as db:
        found = totals(positions(read_sides(db, Asked(day("12-31"))))).get("virtualization")
    return (found.hosts, found.sockets) if found else (0, 0)


@pytest.mark.usefixtures("libvirt", "clock")
def test_the_test_driver_s_host_is_recorded_with_its_sockets_and_cores() -> None:
    load(units())
    scan = collect_libvirt(["test:///default"], "SZ0002", "校园云", actor=ALICE, on=day("06-01"))
    assert (scan.way, scan.hosts) == ("collector", 1)
    assert running() == (1, 4)  # the test driver tells of 2 nodes with 2 sockets each, 2 cores in each socket
    assert collect_libvirt(["test:///default"], SCHOOL, "校园云", actor=ALICE, on=day("06-01")).digest == scan.digest
    books_are_right()


@pytest.mark.usefixtures("libvirt", "clock")
def test_a_host_that_does_not_answer_or_an_unknown_unit_leaves_nothing() -> None:
    load(units())
    for uri, unit in (("test:///no/such/file.xml", SCHOOL), ("test:///default", "查无此单位")):
        with pytest.raises(Refused):
            collect_libvirt([uri], unit, "校园云", actor=ALICE, on=day("06-01"))
    assert running() == (0, 0)


def test_without_the_library_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libvirt", None)
    with pytest.raises(Refused) as refused:
        collect_libvirt(["test:///default"], SCHOOL, "校园云", actor=ALICE, on=day("06-01"))
    assert refused.value.message == collecting.NO_LIBRARY
