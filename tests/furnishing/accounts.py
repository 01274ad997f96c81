"""Objects of the area "accounts" in the house of the access table; tests/furnishing/everything.py says more."""

from sqlalchemy import select

from licensetrack.accounts.models import LoginSession
from licensetrack.accounts.permissions import NO_ROLE, SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.core import db
from tests.furnishing.everything import Objects
from tests.site import PASSWORD, open_session


def furnish(objects: Objects) -> Objects:
    """An account that waits for its role, and the number of a session that it has."""
    somebody = create_user("newcomer", "新来的同志", NO_ROLE, PASSWORD, actor=SYSTEM)
    open_session("newcomer")
    with db.reading() as session:
        own = session.scalars(select(LoginSession.id).where(LoginSession.user_id == somebody.id)).one()
    return {"somebody": somebody.id, "somebodys_session": own}
