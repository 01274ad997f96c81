"""Who may ask what of the area "changes"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import Key, Route

CENTRE = {"operator"}
ACTS = (
    "expand", "shrink", "relocate", "move", "replace_host", "renew", "upgrade", "formalize", "return", "revoke", "void",
)  # fmt: skip


def _act(name: str, number: str) -> str:
    return f"/changes/{name.replace('_', '-')}/{{{number}}}"


ROUTES: dict[Key, Route] = {
    **{
        (f"changes.show_{name}", "GET"): Route(CENTRE, _act(name, "own_set"), _act(name, "foreign_set"))
        for name in ACTS
    },
    **{
        (f"changes.{name}", "POST"): Route(CENTRE, _act(name, "own_set"), _act(name, "foreign_set"), 422)
        for name in ACTS
    },
    ("changes.show_code", "GET"): Route(CENTRE, "/changes/code/{own_revocation}", "/changes/code/{foreign_revocation}"),
    ("changes.code", "POST"): Route(
        CENTRE, "/changes/code/{own_revocation}", "/changes/code/{foreign_revocation}", 422
    ),
    ("corrections.show", "GET"): Route(CENTRE, "/corrections/of/1000/{own_set}", "/corrections/of/1000/{foreign_set}"),
    ("corrections.correct", "POST"): Route(
        CENTRE, "/corrections/of/1000/{own_set}", "/corrections/of/1000/{foreign_set}", 422
    ),
    ("corrections.show_take_back", "GET"): Route(
        CENTRE, "/corrections/take-back/1000/{own_set}", "/corrections/take-back/1000/{foreign_set}"
    ),
    ("corrections.take_back", "POST"): Route(
        CENTRE, "/corrections/take-back/1000/{own_set}", "/corrections/take-back/1000/{foreign_set}", 422
    ),
}
