"""Objects of the area "desk" in the house of the access table; tests/furnishing/everything.py says more."""

import datetime as dt

from licensetrack.accounts.models import User
from licensetrack.accounts.users import find_user
from licensetrack.allocation import issuing, life
from licensetrack.core import db
from licensetrack.core.clock import today
from licensetrack.requests.delegations import delegate
from licensetrack.requests.reviewing import return_request
from licensetrack.units.models import Unit
from tests import asking
from tests.furnishing.everything import Objects
from tests.site import person
from tests.trade import day


def furnish(objects: Objects) -> Objects:
    """For both units: requests at every stage where somebody has to act, a set that ends soon, a code awaited; and the
    reviewer has named the operator deputy.
    """
    made: Objects = {}
    for whose in ("own", "foreign"):
        with db.reading() as session:
            holder = session.get_one(Unit, objects[f"{whose}_unit"])
            session.expunge(holder)
        lines = [asking.line(platform=f"平台{whose}{n}", fingerprint=f"ESN-DESK-{whose}-{n}") for n in range(3)]
        returned = return_request(asking.submitted(holder, lines[0]), actor=asking.ALICE, note="请补充主机清单")
        ending = issuing.issue_set(
            f"SQ-2025-{whose}-ending", holder, "virtualization", cpus=8, on=day("2025-01-02"), actor=person("operator"),
            kind="temporary",
            details={"valid_until": str(today() + dt.timedelta(days=9)), "fingerprint": f"ESN-OLD-{whose}"},
        )  # fmt: skip
        life.record_import(ending, actor=person("operator"), on=day("2025-01-03"))
        replaced = issuing.issue_set(
            f"SQ-2025-{whose}-replaced", holder, "virtualization", cpus=8, on=day("2025-01-02"),
            actor=person("operator"), details={"fingerprint": f"ESN-BEFORE-{whose}"},
        )  # fmt: skip
        life.replace_host(
            replaced, actor=person("operator"), on=today(), old_fingerprint=f"ESN-BEFORE-{whose}",
            new_fingerprint=f"ESN-AFTER-{whose}", reason="主机报废",
        )  # fmt: skip
        made |= {
            f"{whose}_replaced_set": replaced.number,
            f"{whose}_returned": returned.number,
            f"{whose}_taken_on": asking.taken_on(holder, lines[1]).number,
            f"{whose}_approved": asking.approved(holder, lines[2]).number,
            f"{whose}_ending_set": ending.number,
        }
    delegate(_account("operator"), actor=person("reviewer"), first_day=today(), last_day=today() + dt.timedelta(days=9))
    return made


def _account(login: str) -> User:
    with db.reading() as session:
        user = find_user(session, login)
        assert user is not None
        session.expunge(user)
        return user
