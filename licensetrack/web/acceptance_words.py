"""Words for the codes of importing and accepting: stages, results, reasons, checks, papers of the archive."""

from __future__ import annotations

from flask_babel import lazy_gettext

CERTIFICATE_STAGES = {
    "drawn": lazy_gettext("Drawn, waits for the unit"),
    "printed": lazy_gettext("Printed, waits for the seal"),
    "unit_signed": lazy_gettext("Signed by the unit"),
    "scanned": lazy_gettext("Sealed scan added"),
    "accepted": lazy_gettext("Accepted by both sides"),
    "declined": lazy_gettext("Acceptance declined"),
    "void": lazy_gettext("Voided"),
}
# How a certificate's stage looks: the classes of the badges that sets have.
STAGE_DRESS = {
    "drawn": "issued", "printed": "issued", "unit_signed": "imported", "scanned": "imported", "accepted": "accepted",
    "declined": "declined", "void": "returned",
}  # fmt: skip
RESULTS = {
    "succeeded": lazy_gettext("Import succeeded"),
    "failed": lazy_gettext("Import failed"),
    "differs": lazy_gettext("Shows something else than issued"),
}
RESULT_DRESS = {"succeeded": "good", "failed": "bad", "differs": "bad"}
REASONS = {
    "fingerprint": lazy_gettext("Fingerprint (ESN/DID) does not match"),
    "capacity": lazy_gettext("Capacity does not match"),
    "version": lazy_gettext("Version not supported"),
    "damaged": lazy_gettext("Licence file damaged"),
    "expired": lazy_gettext("Licence expired"),
    "network": lazy_gettext("Network or permission"),
    "clock": lazy_gettext("Time not synchronised (NTP)"),
    "other": lazy_gettext("Other"),
}
CHECKS = {
    "authorized": lazy_gettext("Authorization status is normal"),
    "capacity": lazy_gettext("Capacity is as issued"),
    "validity": lazy_gettext("Validity is as issued"),
    "version": lazy_gettext("Product and version are as issued"),
    "business": lazy_gettext("Business is not affected"),
}
CONCLUSIONS = {"": lazy_gettext("Not yet said"), "pass": lazy_gettext("Passes"), "fail": lazy_gettext("Does not pass")}
PAPERS = {
    "request": lazy_gettext("Request"),
    "file": lazy_gettext("Licence file"),
    "receipt": lazy_gettext("Receipt"),
    "screenshot": lazy_gettext("Import screenshot"),
    "certificate": lazy_gettext("Certificate"),
}
STATES = {
    "there": lazy_gettext("there"),
    "named": lazy_gettext("only named in a loaded ledger"),
    "missing": lazy_gettext("missing"),
}
DIFFERENCES = {
    "cpus": lazy_gettext("CPU count"),
    "until": lazy_gettext("Valid until"),
    "fingerprint": lazy_gettext("Host fingerprint"),
}
