"""How the invariants of accounts can be broken by SQL."""

from tests.verify.breakages import Case
from tests.verify.forgery import cover_up

_SINCE = "UPDATE account SET factor_since = '2024-12-31 00:00:00.000000' WHERE login = 'dana'"
_NOW = "'2024-12-31 00:00:00.000000'"
_SESSION = (
    "INSERT INTO login_session (token_digest, user_id, state, started_at, seen_at, address, device)"
    f" SELECT 'x', id, 'open', {_NOW}, {_NOW}, '', '' FROM account WHERE login = 'dana'"
)

_TOKEN = (
    "INSERT INTO access_token (user_id, name, digest, made_at, expires_on)"
    f" SELECT id, 'collector', 'x', {_NOW}, '2025-12-31' FROM account WHERE login = 'dana'"
)

ACCOUNT_CASES = [
    Case("a second factor that is on has its seed", (_SINCE,)),
    Case(
        "recovery codes belong to a second factor that is on",
        ("INSERT INTO recovery_code (user_id, digest) SELECT id, 'x' FROM account WHERE login = 'dana'",),
    ),
    Case(
        "an account that is switched off has no standing session",
        (_SESSION, "UPDATE account SET active = FALSE WHERE login = 'dana'"),
    ),
    Case(
        "an account that is switched off has no standing access token",
        (_TOKEN, "UPDATE account SET active = FALSE WHERE login = 'dana'"),
    ),
    Case(
        "every account's password is the newest of its history",
        ("UPDATE account SET password_hash = 'scrypt:1:1:1$x$y' WHERE login = 'dana'",),
    ),
    Case(
        "nobody granted a role to oneself",
        (
            "UPDATE audit_entry SET tag = 'accounts:role:grant', actor = 'dana'"
            " WHERE tag = 'accounts:user:create' AND subject = 'user:dana'",
        ),
        cover_up,
    ),
    Case(
        "a unit user sees one unit, a district manager one district",
        ("UPDATE account SET role = 'unit_user' WHERE login = 'dana'",),
    ),
]
