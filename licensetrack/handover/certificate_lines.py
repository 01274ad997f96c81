"""The sets on a certificate: which may be on it, their facts frozen on its lines, held together while it moves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import DECLINED, IMPORTED
from licensetrack.core.errors import NotFound, Refused
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine, ImportAttempt
from licensetrack.handover.acceptance_stages import SUCCEEDED
from licensetrack.procurement.models import Entitlement
from licensetrack.units.models import Platform, Unit


def check_drawable(db: Session, license_set: LicenseSet, unit: Unit) -> None:
    """Whether a certificate of this unit may be drawn for the set. Raises Refused."""
    if license_set.unit_id != unit.id:
        raise Refused("The set %(number)s is held by another unit.", number=license_set.number).at("sets")
    if license_set.stage not in (IMPORTED, DECLINED):
        raise Refused("The set %(number)s is not waiting for its acceptance.", number=license_set.number).at("sets")
    query = select(AcceptanceCertificate.number).join(
        CertificateLine, CertificateLine.certificate_id == AcceptanceCertificate.id
    )
    other = db.scalar(query.where(CertificateLine.open_set_id == license_set.id))
    if other is not None:
        raise Refused(
            "The set %(number)s is on the certificate %(other)s already.", number=license_set.number, other=other
        ).at("sets")


def frozen_line(
    db: Session, certificate: AcceptanceCertificate, position: int, license_set: LicenseSet, asked: int | None
) -> CertificateLine:
    """The set's facts as they are now, with what its platform showed at the last import that succeeded."""
    last = db.scalars(
        select(ImportAttempt)
        .where(ImportAttempt.set_id == license_set.id, ImportAttempt.result == SUCCEEDED)
        .order_by(ImportAttempt.nth.desc())
    ).first()
    attempts = select(func.count()).select_from(ImportAttempt).where(ImportAttempt.set_id == license_set.id)
    platform = db.get(Platform, license_set.platform_id) if license_set.platform_id else None
    shown_cpus, shown_until = (last.shown_cpus, last.shown_until) if last else (None, None)
    if license_set.imported_on is None:
        raise Refused("The set %(number)s is not waiting for its acceptance.", number=license_set.number).at("sets")
    return CertificateLine(
        certificate_id=certificate.id,
        position=position,
        set_id=license_set.id,
        open_set_id=license_set.id,
        number=license_set.number,
        contract=db.get_one(Entitlement, license_set.entitlement_id).contract,
        product=license_set.product,
        edition=license_set.edition,
        kind=license_set.kind,
        platform=platform.name if platform else "",
        site=license_set.site,
        fingerprint=license_set.fingerprint,
        license_file=license_set.license_file,
        asked_cpus=asked,
        issued_cpus=license_set.cpus,
        shown_cpus=shown_cpus,
        valid_until=license_set.valid_until,
        shown_until=shown_until,
        issued_on=license_set.issued_on,
        imported_on=license_set.imported_on,
        attempts=db.scalar(attempts) or 0,
        capacity_equal=_equal(license_set.cpus, shown_cpus),
        validity_equal=_equal(license_set.valid_until, shown_until),
        screenshot=last is not None and last.screenshot_id is not None,
    )


def lines_of(db: Session, certificate_id: int) -> Sequence[CertificateLine]:
    """The certificate's lines in order."""
    query = select(CertificateLine).where(CertificateLine.certificate_id == certificate_id)
    return db.scalars(query.order_by(CertificateLine.position)).all()


def locked_sets(db: Session, ids: Sequence[int]) -> list[LicenseSet]:
    """The sets as they are now, in order of id, held until the transaction ends. Raises NotFound for one that is not.

    All are taken before the first act writes its audit entry, whose lock comes last for everybody.
    """
    query = select(LicenseSet).where(LicenseSet.id.in_(ids)).order_by(LicenseSet.id).with_for_update()
    found = list(db.scalars(query.execution_options(populate_existing=True)))
    if len(found) != len(ids):
        raise NotFound("There is no such record.")
    return found


def release_sets(db: Session, certificate: AcceptanceCertificate) -> None:
    """The certificate has ended: its sets may be on another one."""
    db.execute(
        update(CertificateLine)
        .where(CertificateLine.certificate_id == certificate.id)
        .values(open_set_id=None)
        .execution_options(synchronize_session=False)
    )


def _equal(issued: object, shown: object) -> bool | None:
    """Whether both say the same; nothing where there is nothing to compare, or nobody told what the platform shows."""
    return None if issued is None or shown is None else issued == shown
