"""How each invariant of importing and accepting can be broken by SQL."""

from tests.verify.breakages import Case, of

OPEN = "a certificate holds its sets as long as it is open"
ACCEPTED_BY_IT = "every set on an accepted certificate was accepted by it"
BY_ACCEPTANCE_SQL = [
    Case(
        "a set's import attempts are numbered without a hole",
        (f"UPDATE import_attempt SET nth = 3 WHERE nth = 2 AND set_id = {of('SQ-TRIED')}",),
    ),
    Case(
        "every import attempt is a fact of the ledger",
        (f"UPDATE import_attempt SET position = position + 1 WHERE nth = 2 AND set_id = {of('SQ-TRIED')}",),
    ),
    Case(
        "a set's failed imports are at least its failed attempts that stand",
        ("UPDATE license_set SET failed_imports = 0 WHERE number = 'SQ-TRIED'",),
        also=frozenset({"every set equals the sum of its events"}),
    ),
    Case(
        "an import that succeeded shows what was issued",
        (f"UPDATE import_attempt SET shown_cpus = 15 WHERE nth = 2 AND set_id = {of('SQ-TRIED')}",),
    ),
    Case(
        ACCEPTED_BY_IT,
        ("UPDATE acceptance_certificate SET accepted_on = '2024-03-01' WHERE stage = 'accepted'",),
    ),
    Case(
        "every acceptance that rests on a certificate's paper stands on that certificate",
        (
            "UPDATE ledger_event SET document_id ="
            " (SELECT document_id FROM acceptance_certificate WHERE stage = 'accepted')"
            f" WHERE action = 'accept' AND set_id = {of('SQ-PLAIN')}",
        ),
    ),
    Case(OPEN, (f"UPDATE certificate_line SET open_set_id = NULL WHERE open_set_id = {of('SQ-AGAIN')}",)),
    Case(
        "no set is on two open certificates",
        ("UPDATE acceptance_certificate SET stage = 'drawn' WHERE stage = 'declined'",),
        also=frozenset({OPEN, "a task for rework comes from a declined certificate"}),
    ),
    Case(
        "every certificate has a set",
        (f"DELETE FROM certificate_line WHERE open_set_id = {of('SQ-AGAIN')}",),
    ),
    Case(
        "two people signed an accepted certificate",
        ("UPDATE acceptance_certificate SET center_signer = unit_signer WHERE stage = 'accepted'",),
    ),
    Case(
        "a certificate's papers are the files that were frozen",
        ("UPDATE acceptance_certificate SET document_digest = 'f' WHERE stage = 'accepted'",),
    ),
    Case(
        "numbers of certificates have no hole",
        ("UPDATE acceptance_certificate SET number = 'YS-2030-0007' WHERE stage = 'drawn'",),
    ),
    Case(
        "a task for rework comes from a declined certificate",
        (
            "UPDATE rework_task SET certificate_id ="
            " (SELECT id FROM acceptance_certificate WHERE stage = 'accepted')",
        ),
    ),
]  # fmt: skip
