"""Who may ask what of the area "evaluations"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import FIGURES, SCOPED, Key, Route

OFFICER = {"performance_officer"}
READERS = FIGURES - SCOPED
DRAFT, DONE = "/evaluations/{draft_evaluation}", "/evaluations/{completed_evaluation}"
UNFIT = 422

ROUTES: dict[Key, Route] = {
    ("evaluations_drafts.new", "GET"): Route(OFFICER, "/evaluations/new"),
    ("evaluations_drafts.create", "POST"): Route(OFFICER, "/evaluations/new", good=UNFIT),
    ("evaluations_drafts.write", "GET"): Route(OFFICER, f"{DRAFT}/write"),
    ("evaluations_drafts.header", "GET"): Route(OFFICER, f"{DRAFT}/write/header"),
    ("evaluations_drafts.keep_header", "POST"): Route(OFFICER, f"{DRAFT}/write/header", good=UNFIT),
    ("evaluations_drafts.mark", "GET"): Route(OFFICER, f"{DRAFT}/write/marks/C11"),
    ("evaluations_drafts.keep_mark", "POST"): Route(OFFICER, f"{DRAFT}/write/marks/C11", good=UNFIT),
    ("evaluations_texts.index", "GET"): Route(READERS, f"{DRAFT}/texts"),
    ("evaluations_texts.arrange", "POST"): Route(OFFICER, f"{DRAFT}/texts", good=UNFIT),
    ("evaluations_texts.section", "GET"): Route(OFFICER, f"{DRAFT}/write/sections/1"),
    ("evaluations_texts.keep_section", "POST"): Route(OFFICER, f"{DRAFT}/write/sections/1", good=UNFIT),
    ("evaluations_scores.one", "GET"): Route({"reviewer"}, f"{DONE}/scores/C11"),
    ("evaluations_scores.keep", "POST"): Route({"reviewer"}, f"{DONE}/scores/C11", good=UNFIT),
    ("evaluations_acts.complete", "POST"): Route(OFFICER, f"{DRAFT}/complete", good=UNFIT),
    ("evaluations_acts.rework", "POST"): Route(OFFICER, f"{DRAFT}/rework", good=UNFIT),
    ("evaluations_acts.review", "POST"): Route({"reviewer"}, f"{DONE}/review", good=UNFIT),
    ("evaluations_acts.send_back", "POST"): Route({"reviewer", "manager"}, f"{DONE}/send-back", good=UNFIT),
    ("evaluations_acts.sign", "POST"): Route({"manager"}, f"{DONE}/sign", good=UNFIT),
    ("evaluations_acts.reopen", "POST"): Route(OFFICER, "/evaluations/{signed_evaluation}/reopen", good=UNFIT),
    ("evaluations_changed.index", "GET"): Route(READERS, "/evaluations/{signed_evaluation}/differences"),
    ("evaluations_changed.rows", "GET"): Route(READERS, "/evaluations/{signed_evaluation}/differences/units.served"),
}
