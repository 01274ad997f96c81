"""Objects of the area "notices" in the house of the access table; tests/furnishing/everything.py says more."""

from sqlalchemy import select

from licensetrack.core.db import reading
from licensetrack.notices import deliveries, telling
from licensetrack.notices.endpoints import make_endpoint, try_endpoint
from licensetrack.notices.models import Notice
from tests.furnishing.everything import Objects
from tests.site import person


def furnish(_objects: Objects) -> Objects:
    """What the other areas did, told to people; an endpoint; a delivery that failed, and one that waits."""
    telling.dispatch()
    admin = person("system_administrator")
    made, _secret = make_endpoint(
        "运维平台", "https://hooks.example/licensetrack", [], allowed=["hooks.example"], actor=admin
    )  # fmt: skip
    failed = try_endpoint(made.id, actor=admin)
    claimed = deliveries.claim_next("webhook")
    assert claimed is not None
    deliveries.broken(claimed, "The endpoint answered %(code)s.", code=404)
    try_endpoint(made.id, actor=admin)
    with reading() as db:
        own = db.scalars(select(Notice.id).where(Notice.user_id == person("unit_user").id).order_by(Notice.id)).first()
    assert own is not None
    return {"endpoint": made.id, "delivery_failed": failed.id, "somebodys_notice": own}
