"""What asking must come to: requests with their lines in plain dicts, and what each act on them meets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.machine.pools import CAP_CPUS, CAP_SETS, PEOPLE, UNITS

AT = {  # act → the stages at which it is possible
    "keep": ("draft", "returned"),
    "submit": ("draft", "returned"),
    "withdraw": ("draft", "submitted", "accepted", "returned"),
    "accept": ("submitted",),
    "return": ("submitted", "accepted"),
    "reject": ("submitted", "accepted"),
    "approve": ("accepted",),
    "fulfill": ("approved",),
    "drop": ("approved",),
}
LEADS_TO = {
    "submit": "submitted", "withdraw": "withdrawn", "accept": "accepted", "return": "returned", "reject": "rejected",
    "approve": "approved",
}  # fmt: skip
UNIT, CENTRE = ("unit_user", "operator"), ("operator", "reviewer")
WHO = {
    "draft": UNIT, "keep": UNIT, "submit": UNIT, "withdraw": UNIT, "accept": CENTRE, "return": CENTRE,
    "reject": CENTRE, "approve": ("reviewer",), "fulfill": ("operator",), "drop": ("operator",),
}  # fmt: skip
STRANGERS_ONLY = ("accept", "return", "reject", "approve", "fulfill")  # whoever wrote it does not decide on it


@dataclass(frozen=True)
class Step:
    """One thing that somebody wants to do with a request."""

    verb: str
    who: str
    request: int = 0  # which, in the order of their beginning
    unit: str = ""  # for draft
    asked: tuple[int | None, ...] = ()  # CPUs per line, for draft and keep; None is a line that does not say how many
    grants: tuple[int | None, ...] = ()  # CPUs per line, for approve; None grants what was asked
    line: int = 0
    note: str = "有理由"
    stale: bool = False


@dataclass
class Line:
    """One thing asked for."""

    asked: int | None
    granted: int | None = None
    stage: str = "asked"


@dataclass
class Asked:
    """One request."""

    unit: str
    typed: tuple[int | None, ...]
    stage: str = "draft"
    version: int = 1
    writers: set[str] = field(default_factory=set)
    on_behalf: bool = False
    requester: str = ""
    acceptor: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass
class Desk:
    """All requests, and what was issued for them."""

    requests: list[Asked] = field(default_factory=list)

    def issued(self) -> list[int]:
        """The CPUs of every set that came of a line."""
        return [line.granted or 0 for one in self.requests for line in one.lines if line.stage == "fulfilled"]

    def foretell(self, step: Step) -> set[str]:
        """The refusals that the step may meet; none when it must be done."""
        person = PEOPLE[step.who]
        asked = None if step.verb == "draft" else self.requests[step.request]
        unit = step.unit if asked is None else asked.unit
        blank = {"Refused"} if step.verb in ("return", "reject", "drop") and not step.note.strip() else set()
        here = person.scope == "all" or person.value in (unit, UNITS[unit])
        if person.role not in WHO[step.verb]:
            if step.verb != "approve" or person.role != "operator":
                return blank | {"Forbidden"}
            # An operator may approve in a reviewer's stead; that nobody asked for it is told after all else.
            return {"Forbidden", "Conflict"} if here else {"NotFound"}
        if not here:
            return blank | {"NotFound"}
        return blank if asked is None else blank | self._meets(step, asked)

    def _meets(self, step: Step, asked: Asked) -> set[str]:
        found = set()
        if (step.stale and step.verb != "keep") or asked.stage not in AT[step.verb]:
            found.add("Conflict")
        if step.verb in STRANGERS_ONLY and step.who in asked.writers:
            found.add("Refused")
        if step.verb == "approve" and step.who == asked.acceptor:
            found.add("Refused")
        if step.verb == "submit" and (not asked.typed or None in asked.typed):
            found.add("Refused")
        if step.verb == "withdraw" and PEOPLE[step.who].scope != "unit" and not asked.on_behalf:
            found.add("Refused")
        if step.verb == "approve" and asked.stage == "accepted":
            given = self._granted(step, asked)
            if not any(given) or any(now > (line.asked or 0) for now, line in zip(given, asked.lines, strict=True)):
                found.add("Refused")
        if step.verb in ("fulfill", "drop") and asked.stage == "approved":
            line = asked.lines[step.line % len(asked.lines)]
            if line.stage != "granted":
                found.add("Conflict")
            elif step.verb == "fulfill":
                out = [*self.issued(), line.granted or 0]
                found |= {"Conflict"} if len(out) > CAP_SETS or sum(out) > CAP_CPUS else set()
        return found

    @staticmethod
    def _granted(step: Step, asked: Asked) -> list[int]:
        given = [*step.grants, *[None] * len(asked.lines)]
        return [(line.asked or 0) if one is None else one for one, line in zip(given, asked.lines, strict=False)]

    def note(self, step: Step) -> None:
        """Takes in a step that was done."""
        person = PEOPLE[step.who]
        if step.verb == "draft":
            self.requests.append(Asked(step.unit, step.asked, writers={step.who}, on_behalf=person.scope != "unit"))
            self.requests[-1].requester = step.who
            return
        asked = self.requests[step.request]
        if step.verb == "keep":
            if step.asked != asked.typed:
                asked.typed = step.asked
                asked.writers.add(step.who)
            return
        if step.verb in ("fulfill", "drop"):
            asked.lines[step.line % len(asked.lines)].stage = "fulfilled" if step.verb == "fulfill" else "dropped"
            if not any(line.stage == "granted" for line in asked.lines):
                asked.stage, asked.version = "fulfilled", asked.version + 1
            return
        asked.stage, asked.version = LEADS_TO[step.verb], asked.version + 1
        if step.verb == "submit":
            asked.lines = [Line(cpus) for cpus in asked.typed]
            asked.writers.add(step.who)
            asked.requester, asked.acceptor, asked.on_behalf = step.who, "", person.scope != "unit"
        elif step.verb == "accept":
            asked.acceptor = step.who
        elif step.verb == "approve":
            for line, given in zip(asked.lines, self._granted(step, asked), strict=True):
                line.granted, line.stage = given, "granted" if given else "refused"

    def right_person(self, step: Step, chance: int) -> Step:
        """The step by one of those who may do it, if there is anybody."""
        able = [who for who in PEOPLE if not self.foretell(replace(step, who=who))]
        return replace(step, who=able[chance % len(able)]) if able else step
