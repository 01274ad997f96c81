"""Who may do what, and to whose rows: one policy for pages, API, importer and jobs; what is not allowed is denied."""

from __future__ import annotations

from dataclasses import dataclass

from licensetrack.core.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Scope:
    """Whose rows: `all`, one `district` (its name) or one `unit` (its id as text)."""

    kind: str = "all"
    value: str = ""

    def covers(self, *, district: str | None = None, unit_id: int | None = None) -> bool:
        """Whether a row of this district and unit may be seen."""
        if self.kind == "all":
            return True
        if self.kind == "district":
            return district is not None and district == self.value
        return unit_id is not None and str(unit_id) == self.value


EVERYWHERE = Scope()


@dataclass(frozen=True)
class Actor:
    """Whoever acts; always passed to a verb, never read from a session."""

    id: int | None
    login: str
    name: str
    role: str
    scope: Scope = EVERYWHERE


SYSTEM = Actor(id=None, login="system", name="licensetrack", role="system")

# A pattern is a permission, or a prefix of one that ends in ":*".
LEDGER = ("measures:read", "allocation:read", "units:read", "requests:read", "handover:read", "inventory:read")
ORDERS = ("support:order:read", "support:bulletin:read")
COMPARE = ("inventory:difference:read", "inventory:run:read")
READ = (*LEDGER, *ORDERS, *COMPARE, "procurement:read", "support:read", "performance:read")
ASK = ("requests:request:draft", "requests:request:submit", "requests:request:withdraw")
IMPORT = ("allocation:import:record", "allocation:import:fail", "handover:attempt:record")
# The unit alone confirms and gives the mark: who renders a service does not grade it.
HANDLE = tuple(
    f"support:order:{act}" for act in ("attach", "answer", "arrive", "restore", "pause", "resume", "hand_over")
)
DISPATCH = (
    *HANDLE,
    *(f"support:order:{act}" for act in ("record", "ask", "accept", "grade", "assign", "close", "cancel", "reopen")),
    *(f"support:bulletin:{act}" for act in ("publish", "adjust", "close", "reopen")),
    *(f"support:task:{act}" for act in ("report", "confirm", "return", "drop", "restore")),
    "support:engineer:place",
)
PROMISE = ("support:limit:record", "support:calendar:load")
JUDGE = (
    *(f"support:order:{act}" for act in ("ask", "attach", "confirm", "reject", "rate", "cancel", "reopen")),
    "support:task:report",
)
MONITOR = (
    *(f"performance:monitoring:{act}" for act in ("draft", "rework", "judge", "submit", "reopen")),
    "performance:follow_up:mend",
)
REPORT = (
    *(f"performance:monitoring:{act}" for act in ("send_back", "report", "close")),
    "performance:follow_up:accept",
    "performance:follow_up:return",
)
EXPLAIN = ("inventory:difference:read", "inventory:difference:explain")
ANSWER = ("inventory:difference:confirm", "inventory:difference:decline")
WATCH = ("system:check:read", "system:alarm:hear")  # a red check of the books concerns whoever is responsible for them
GRANTS: dict[str, tuple[str, ...]] = {
    "system": ("*",),
    "system_administrator": ("accounts:user:*", "system:*"),
    "security_administrator": ("accounts:role:*", "accounts:policy:*", "accounts:session:*", "accounts:factor:*"),
    "audit_administrator": ("audit:*",),
    "operator": (
        *READ,
        *ASK,
        *WATCH,
        "requests:request:accept",
        "requests:request:return",
        "requests:request:reject",
        "requests:request:fulfill",
        "handover:*",
        "exchange:*",
        "units:*",
        "allocation:*",
        "procurement:*",
        *DISPATCH,
        *PROMISE,
        "inventory:*",
        "performance:evidence:*",
        "performance:follow_up:mend",
    ),
    "reviewer": (
        *READ,
        "exchange:export",
        "requests:request:accept",
        "requests:request:return",
        "requests:request:reject",
        "requests:request:approve",
        "requests:delegation:*",
        "allocation:cap:confirm",
        "performance:framework:put_in_force",
        "performance:evaluation:review",
        "performance:evaluation:review_score",
        "performance:evaluation:send_back",
        "performance:pack:download",
        *REPORT,
        *ANSWER,
    ),
    "performance_officer": (
        *READ,
        "exchange:export",
        "performance:framework:draft",
        "performance:framework:edit",
        "performance:framework:discard",
        "performance:target:record",
        "performance:evaluation:evaluate",
        "performance:evaluation:write",
        "performance:evaluation:rework",
        "performance:evaluation:reopen",
        "performance:evaluation:complete",
        "performance:evidence:*",
        "performance:pack:download",
        *MONITOR,
        "procurement:*",
    ),
    "manager": (
        *READ,
        *WATCH,
        "reminders:limits:change",
        "measures:month:hear",
        "exchange:export",
        "requests:policy:*",
        *PROMISE,
        "performance:framework:put_in_force",
        "performance:evaluation:sign",
        "performance:evaluation:send_back",
        "performance:pack:download",
        "performance:monitoring:close",
        "performance:follow_up:accept",
        "performance:follow_up:return",
        *ANSWER,
    ),
    "district_manager": (*LEDGER, *ORDERS, "exchange:export"),
    "unit_user": (
        *LEDGER,
        *ORDERS,
        *ASK,
        *JUDGE,
        *IMPORT,
        *EXPLAIN,
        "handover:receipt:sign",
        "handover:file:reveal",
        "handover:file:download",
        "handover:certificate:draw",
        "handover:certificate:sign",
        "handover:paper:print",
    ),
    "vendor_engineer": (
        "allocation:read",
        "units:read",
        "requests:read",
        "handover:read",
        "support:read",
        *ORDERS,
        *HANDLE,
        *IMPORT,
        "handover:file:attach",
    ),
    "auditor": (*READ, "exchange:export", "audit:read", "system:check:read", "performance:pack:download"),
}
ROLES = tuple(role for role in GRANTS if role != "system")
ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")
NO_ROLE = "none"  # an account that nobody has given a role yet: it may nothing


def allows(actor: Actor, permission: str) -> bool:
    """Whether the actor's role holds the permission."""
    for pattern in GRANTS.get(actor.role, ()):
        if pattern in ("*", permission) or (pattern.endswith(":*") and permission.startswith(pattern[:-1])):
            return True
    return False


def require(actor: Actor, permission: str, *, district: str | None = None, unit_id: int | None = None) -> None:
    """Passes, or raises Forbidden for the role and NotFound for somebody else's row (its existence is not told)."""
    if not allows(actor, permission):
        raise Forbidden("Your role does not allow this: %(permission)s.", permission=permission)
    concrete = district is not None or unit_id is not None
    if concrete and not actor.scope.covers(district=district, unit_id=unit_id):
        raise NotFound("There is no such record.")


def require_city(actor: Actor, permission: str) -> None:
    """Passes for those whose rows are the whole city's: budget and evidence are kept for it. Raises Forbidden."""
    require(actor, permission)
    if actor.scope != EVERYWHERE:
        raise Forbidden("This is kept for the whole city; your account is for a part of it.")
