"""Kinds of notices about accounts and their security."""

from __future__ import annotations

from licensetrack.notices.shape import Kind

ACCOUNT_KINDS = (
    Kind(
        "account_locked", "accounts", "An account was locked",
        "The account %(login)s was locked",
        "The account %(login)s was locked after %(failures)s failed sign-ins.",
        "accounts:session:read", must=True,
    ),
    Kind(
        "account_without_role", "accounts", "An account waits for its role",
        "The account %(login)s waits for its role",
        "%(by)s made the account %(login)s; it may nothing yet.",
        "accounts:role:grant", must=True,
    ),
    Kind(
        "own_account_locked", "accounts", "Your account was locked",
        "Your account is locked after failed sign-ins",
        "Your account %(login)s was locked after %(failures)s failed sign-ins.",
        "", must=True,
    ),
    Kind(
        "own_account_changed", "accounts", "Your account was changed by an administrator",
        "Your account was changed",
        "%(by)s changed your account %(login)s: password, second factor, role or scope.",
        "", must=True,
    ),
)  # fmt: skip
