"""The life of an acceptance certificate on one screen: two ways lead to accepted, by system or by sealed paper."""

from __future__ import annotations

from types import MappingProxyType

START = "start"
DRAWN, PRINTED, UNIT_SIGNED, SCANNED = "drawn", "printed", "unit_signed", "scanned"
ACCEPTED, DECLINED, VOID = "accepted", "declined", "void"
OPEN = (DRAWN, PRINTED, UNIT_SIGNED, SCANNED)
CERTIFICATE_STAGES = (*OPEN, ACCEPTED, DECLINED, VOID)

CERTIFICATE_MOVES = MappingProxyType(
    {
        (START, "draw"): DRAWN,
        (DRAWN, "sign"): UNIT_SIGNED,
        (UNIT_SIGNED, "countersign"): ACCEPTED,
        (DRAWN, "print"): PRINTED,
        (PRINTED, "scan"): SCANNED,
        (SCANNED, "countersign"): ACCEPTED,
        **{(stage, "decline"): DECLINED for stage in OPEN},
        **{(stage, "void"): VOID for stage in OPEN},
    }
)

# Results of an import attempt.
SUCCEEDED, FAILED, DIFFERS = "succeeded", "failed", "differs"
RESULTS = (SUCCEEDED, FAILED, DIFFERS)
