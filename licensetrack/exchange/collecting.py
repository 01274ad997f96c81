"""Collecting from hypervisors themselves: libvirt tells of each host its sockets and cores, and that is a scan.

The library is an extra (`libvirt-python`, or the system's own package); without it everything else works.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.inventory.models import HostScan
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan
from licensetrack.units.queries import unit_by_words

NO_LIBRARY = (
    "Nothing can be collected: libvirt-python is not installed (requirements/libvirt.txt, or the system's package)."
)
# What `virConnect.getInfo()` answers, in its order (libvirt, virNodeInfo).
_NODES, _SOCKETS_OF_NODE, _CORES_OF_SOCKET = 4, 5, 6


def collect_libvirt(
    uris: Sequence[str], unit: str, platform: str, *, actor: Actor, on: dt.date, product: str = "virtualization"
) -> HostScan:
    """Asks every host and records one scan of the platform. `unit` is a code or a name.

    Raises Refused where the library is missing, a host does not answer, or the unit is not in the directory.
    """
    hosts = tuple(host_at(uri) for uri in uris)
    with transaction() as db:
        found = unit_by_words(db, unit, actor.scope)
        if found is None:
            raise Refused("There is no unit “%(unit)s” in the directory.", unit=unit[:80])
        origin = Origin("collector", f"libvirt {' '.join(uris)}")
        return record_scan(on, [PlatformLine(found.id, platform, product, hosts)], origin, actor=actor)


def host_at(uri: str) -> HostLine:
    """One host as libvirt tells of it, read-only. Raises Refused."""
    library = _library()
    try:
        connection = library.openReadOnly(uri)
        try:
            info = connection.getInfo()
            name, kind, version = connection.getHostname(), connection.getType(), connection.getLibVersion()
            told = _sysinfo(connection, library)
        finally:
            connection.close()
    except library.libvirtError as error:
        raise Refused("The hypervisor at “%(uri)s” can not be asked: %(reason)s.", uri=uri, reason=error) from error
    sockets = info[_NODES] * info[_SOCKETS_OF_NODE]
    return HostLine(
        name, sockets, info[_CORES_OF_SOCKET], serial=told, vendor=f"libvirt {kind}"[:80],
        software_version=f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}",
    )  # fmt: skip


def _library() -> Any:
    try:
        return import_module("libvirt")
    except ImportError:
        raise Refused(NO_LIBRARY) from None


def _sysinfo(connection: Any, library: Any) -> str:
    """The serial number of the machine; nothing where the driver does not tell it."""
    try:
        tree = ET.fromstring(connection.getSysinfo())  # noqa: S314 - the answer of the hypervisor we asked
    except (library.libvirtError, ET.ParseError):
        return ""
    return (tree.findtext("system/entry[@name='serial']") or "").strip()[:80]
