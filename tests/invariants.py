"""What tests ask of the books after an act: which invariants of rows and files no longer hold."""

from __future__ import annotations

from licensetrack.verify.report import Finding, verify_records


def broken() -> list[Finding]:
    """Invariants that do not hold, each with examples; none when the books are right."""
    return [finding for finding in verify_records() if finding.broken]
