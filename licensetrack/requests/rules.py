"""Rules of asking: what has to be said, what must agree, what a reviewer should know. Values in, findings out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from licensetrack.core.errors import Refused
from licensetrack.core.names import name_key
from licensetrack.requests.content import Asked, AskedLine
from licensetrack.requests.findings import Finding, error, warning
from licensetrack.requests.hosts import sockets_of
from licensetrack.requests.kinds import FORMALIZE, KINDS, MIGRATION, NEW, RENEWAL

CORES_OF_ONE_LICENSE = 32  # a licence for one CPU covers 32 cores with the vendors that count so


@dataclass(frozen=True)
class Held:
    """A set that a unit holds, as far as the rules ask."""

    number: str
    product: str
    kind: str
    cpus: int | None = None
    platform: str = ""
    edition: str = ""


@dataclass(frozen=True)
class Licensed:
    """A set, anywhere, that already has a fingerprint; `shown` is its number where the asker may see it."""

    product: str
    shown: str


@dataclass(frozen=True)
class Surroundings:
    """What the checks know of the world: the unit (`concern` says why it may be out of scope, `ended` that it can ask
    for nothing any more), the products, the sets it holds, fingerprints licensed before."""

    concern: str = ""
    ended: Finding | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)
    rests_on: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    licensed: Mapping[str, Collection[Licensed]] = field(default_factory=dict)


def findings_of(asked: Asked, around: Surroundings) -> list[Finding]:
    """Everything that the rules find, errors and warnings, in the order of the form."""
    found = [*_scope(around), *_nothing_asked(asked)]
    for line in asked.lines:
        for rule in (_missing, _known, _size, _cores, _host):
            found += rule(line, around)
    found += [*_same_twice(asked), *_editions(asked, around), *_dependence(asked, around)]
    return found


def _scope(around: Surroundings) -> Iterator[Finding]:
    if around.ended is not None:
        yield around.ended
    if around.concern:
        yield warning(around.concern)


def _nothing_asked(asked: Asked) -> Iterator[Finding]:
    if not asked.lines:
        yield error("Nothing is asked for: a request needs at least one line.", field="lines")
    if not asked.contact:
        yield error("Please name a person whom the centre can ask.", field="contact")


def _missing(line: AskedLine, around: Surroundings) -> Iterator[Finding]:
    said = {"set": line.set_number}
    for name in KINDS[line.kind].needed:
        if not said.get(name, getattr(line, name, None)):
            yield error("This is needed.", line.key, name)
    if line.kind == MIGRATION and not (line.platform or line.site or line.fingerprint):
        yield error("Please say where it moves: another platform, site or host.", line.key, "platform")


def _known(line: AskedLine, around: Surroundings) -> Iterator[Finding]:
    if line.product and line.product not in around.metrics:
        yield error("There is no product “%(code)s”.", line.key, "product", code=line.product)
    if line.license_kind not in ("", "formal", "temporary"):
        yield error(
            "A licence is formal or temporary, not “%(kind)s”.", line.key, "license_kind", kind=line.license_kind
        )
    if line.set_number:
        held = around.held.get(line.set_number)
        if held is None:
            yield error("The unit holds no set %(number)s.", line.key, "set", number=line.set_number)
        elif line.kind == FORMALIZE and held.kind != "temporary":
            yield error("The set %(number)s is formal already.", line.key, "set", number=line.set_number)


def product_asked(line: AskedLine, around: Surroundings) -> str:
    """The product of a line: its own, or that of the set that it is about."""
    held = around.held.get(line.set_number)
    return held.product if held is not None else line.product


def _size(line: AskedLine, around: Surroundings) -> Iterator[Finding]:
    metric, sockets = around.metrics.get(product_asked(line, around)), sockets_of(line.hosts)
    if line.kind in (NEW, FORMALIZE) and metric == "cpu" and line.cpus is None:
        yield error("The CPU quantity is missing.", line.key, "cpus")
    if line.cpus is not None and line.hosts and sockets != line.cpus:
        yield error(
            "The host list has %(sockets)s CPUs (sockets), the line asks for %(cpus)s.", line.key, "cpus",
            sockets=sockets, cpus=line.cpus,
        )  # fmt: skip
    if line.cpus is not None and metric == "cpu" and not line.hosts:
        yield warning("No host list: the CPU quantity can not be compared with the hosts.", line.key, "hosts")


def _cores(line: AskedLine, around: Surroundings) -> Iterator[Finding]:
    large = [host for host in line.hosts if host.cores > CORES_OF_ONE_LICENSE]
    if large:
        yield warning(
            "%(count)s hosts have CPUs with more than %(most)s cores (“%(name)s” has %(cores)s); one licence of a CPU"
            " may not cover them.",
            line.key, "hosts", count=len(large), most=CORES_OF_ONE_LICENSE, name=large[0].name, cores=large[0].cores,
        )  # fmt: skip


def _host(line: AskedLine, around: Surroundings) -> Iterator[Finding]:
    if not line.fingerprint:
        if line.kind == NEW:
            yield warning(
                "No host fingerprint yet: the licence file can not be made without it.", line.key, "fingerprint"
            )
        return
    product = product_asked(line, around)
    for other in around.licensed.get(line.fingerprint, ()):
        if other.shown and other.shown == line.set_number:
            continue
        if other.product != product:
            yield warning(
                "A set of another product is licensed to this fingerprint already: %(number)s.", line.key,
                "fingerprint", number=other.shown or "—",
            )  # fmt: skip
        elif other.shown:
            yield error(
                "The set %(number)s is licensed to this fingerprint already.",
                line.key,
                "fingerprint",
                number=other.shown,
            )
        else:
            yield error(
                "A set is licensed to this fingerprint already. Please ask the centre.", line.key, "fingerprint"
            )


def _same_twice(asked: Asked) -> Iterator[Finding]:
    hosts: dict[tuple[str, str], str] = {}
    sets: set[tuple[str, str]] = set()
    for line in asked.lines:
        if line.fingerprint and line.kind == NEW:
            if (line.fingerprint, line.product) in hosts:
                yield error("Another line of this request has the same fingerprint.", line.key, "fingerprint")
            hosts[line.fingerprint, line.product] = line.key
        if line.set_number:
            if (line.set_number, line.kind) in sets:
                yield error("Another line of this request asks the same for this set.", line.key, "set")
            sets.add((line.set_number, line.kind))


def _editions(asked: Asked, around: Surroundings) -> Iterator[Finding]:
    """All licences on one platform have the same edition (a rule of the vendors). What nobody stated can not differ."""
    known: dict[tuple[str, str], str] = {}
    for held in around.held.values():
        if held.edition and held.platform and held.kind == "formal":
            known[name_key(held.platform), held.product] = held.edition
    for line in asked.lines:
        if line.kind != NEW or not line.edition or not line.platform:
            continue
        place = (name_key(line.platform), line.product)
        other = known.setdefault(place, line.edition)
        if name_key(other) != name_key(line.edition):
            yield error(
                "The platform “%(platform)s” runs edition “%(other)s”; one platform can not mix editions.", line.key,
                "edition", platform=line.platform, other=other,
            )  # fmt: skip


def _dependence(asked: Asked, around: Surroundings) -> Iterator[Finding]:
    """BMS stands on cloud management: held by the unit, or asked for in the same request."""
    there = {held.product for held in around.held.values()} | {line.product for line in asked.lines if line.kind == NEW}
    for line in asked.lines:
        needed = around.rests_on.get(line.product)
        if line.kind == NEW and needed and needed not in there:
            yield error(
                "%(product)s needs %(needed)s at the unit: neither is held, nor asked for here.", line.key, "product",
                product=line.product, needed=needed,
            )  # fmt: skip


def check_other_person(login: str, *, writers: Collection[str], acceptor: str | None = None) -> None:
    """Whoever asked, wrote or entered a request does not review it; whoever accepted it does not approve it. Raises
    Refused."""
    if login in writers:
        raise Refused("You asked for this yourself, or entered it; another person reviews it.")
    if acceptor is not None and login == acceptor:
        raise Refused("You accepted this request; another person approves it.")


def check_still_right(findings: Iterable[Finding], granted: Mapping[str, int]) -> None:
    """What was right when it was submitted may be wrong by now: the unit ended, a host was licensed, a set is gone. No
    line that is granted (key → position) has an error. Raises Refused at the line."""
    for found in findings:
        if found.stops and (not found.line or found.line in granted):
            field = f"granted-{granted[found.line]}" if found.line else ""
            raise Refused(found.message, **found.values).at(field)


def renews(line: AskedLine) -> bool:
    """Whether a line only prolongs what is there."""
    return line.kind == RENEWAL
