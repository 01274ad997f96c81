"""Jobs about accounts: those that nobody uses, and sessions whose time is over."""

from __future__ import annotations

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.unused import Unused, clean_sessions, switch_off_unused, unused_accounts, warn_unused
from licensetrack.core.clock import business_day, now, today
from licensetrack.core.db import reading, transaction
from licensetrack.jobs.handlers import Result, Run, handles
from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.posting import post


@handles("accounts:unused", label="Unused accounts")
def unused(run: Run) -> Result:
    """Every night: who did not sign in for 76 days is told, and after 90 days switched off."""
    with reading() as db:
        found = unused_accounts(db, now())
    told = [one.login for one in found if _warn(one)]
    off = [one.login for one in found if switch_off_unused(one, actor=SYSTEM)]
    if off:
        with transaction() as db:
            post(
                db, "accounts_switched_off", to=people_with(db, "accounts:user:active"), subject="accounts",
                dedupe=f"accounts:{today()}:{run.job_id}", link=path_of("people"), count=len(off),
                logins=", ".join(off),
            )  # fmt: skip
    return {"told": told, "switched_off": off}


def _warn(found: Unused) -> bool:
    with transaction() as db:
        if not warn_unused(found, actor=SYSTEM):
            return False
        post(
            db, "account_unused", to=[found.user_id], subject=f"user:{found.login}",
            dedupe=f"account_unused:{found.user_id}:{found.used_at.isoformat()}", link=path_of("account"),
            login=found.login, used_on=business_day(found.used_at).isoformat(), off_on=found.off_on.isoformat(),
        )  # fmt: skip
    return True


@handles("accounts:sessions", label="Clean up sessions", even_read_only=True)
def sessions(_run: Run) -> Result:
    """Every night: sessions whose time is over are ended, those that ended half a year ago forgotten."""
    ended, forgotten = clean_sessions(actor=SYSTEM)
    return {"ended": ended, "forgotten": forgotten}
