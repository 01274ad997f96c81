"""The people around an order: the centre, a unit's own, and engineers of two firms."""

from __future__ import annotations

import datetime as dt

from licensetrack.accounts.models import OldPassword, User
from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.support.asking import Wish, ask_service
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.limits import set_firm
from licensetrack.support.moving import case_of
from licensetrack.support.order_queries import Wanted, orders
from licensetrack.units.models import Unit
from tests.trade import ALICE

WISH = Wish("troubleshooting", "云平台登录异常", "提示授权无效", product="虚拟化软件 8.0")


def of_unit(unit: Unit) -> Actor:
    """Bob, who works for the unit."""
    return Actor(None, "bob", "Bob", "unit_user", Scope("unit", str(unit.id)))


def engineer(login: str = "erin", firm: str = "甲厂商") -> Actor:
    """An engineer with an account, who works for a firm."""
    with transaction() as db:
        user = User(login=login, name=login.title(), role="vendor_engineer", password_hash="-", created_at=now())
        db.add(user)
        db.flush()
        db.add(OldPassword(user_id=user.id, password_hash="-", set_at=now()))
    if firm:
        set_firm(login, firm, actor=ALICE)
    return Actor(user.id, login, user.name, user.role)


def asked(unit: Unit, wish: Wish = WISH, received: dt.datetime | None = None) -> ServiceCase:
    """An order that the unit asked for; with a time, one that the centre wrote down."""
    return ask_service(unit, wish, actor=of_unit(unit) if received is None else ALICE, received=received)


def now_is(case: ServiceCase, actor: Actor = ALICE) -> ServiceCase:
    """The order as it stands now."""
    with reading() as db:
        found = case_of(db, case.number, actor)
        db.expunge(found)
    return found


def seen_by(actor: Actor, wanted: Wanted | None = None) -> list[str]:
    """Numbers of the orders that somebody sees."""
    with reading() as db:
        return [case.number for case, _ in orders(db, wanted or Wanted(sort="number"), actor=actor)]
