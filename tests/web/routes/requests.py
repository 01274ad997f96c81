"""Who may ask what of the area "requests"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import SETS, Key, Route

WRITERS = {"operator", "unit_user"}
REVIEWERS = {"operator", "reviewer"}
MANAGER = {"manager"}
# Drafts are for those who write; an engineer sees what was approved.
SEE_REVIEW = SETS - {"vendor_engineer"}
UNFIT = 422


def act(who: set[str], name: str) -> Route:
    """An act on a request that waits for review; the form is incomplete."""
    return Route(who, f"/requests/{{own_request}}/{name}", f"/requests/{{foreign_request}}/{name}", UNFIT)


ROUTES: dict[Key, Route] = {
    ("requests.index", "GET"): Route(SETS, "/requests"),
    ("requests.one", "GET"): Route(
        SETS, "/requests/{own_request}", "/requests/{foreign_request}", answers={"vendor_engineer": 404}
    ),
    ("requests.paper", "GET"): Route(
        SETS,
        "/requests/{own_request}/papers/{own_request_paper}",
        "/requests/{foreign_request}/papers/{foreign_request_paper}",
        answers={"vendor_engineer": 404},
    ),
    ("requests.withdraw", "POST"): act(WRITERS, "withdraw"),
    ("requests_drafts.new", "GET"): Route(WRITERS, "/requests/new"),
    ("requests_drafts.create", "POST"): Route(WRITERS, "/requests/new", good=UNFIT),
    ("requests_drafts.edit", "GET"): Route(WRITERS, "/requests/{own_draft}/edit", "/requests/{foreign_draft}/edit"),
    ("requests_drafts.keep", "POST"): Route(
        WRITERS, "/requests/{own_draft}/keep", "/requests/{foreign_draft}/keep", UNFIT
    ),
    ("requests_drafts.submit", "POST"): Route(
        WRITERS, "/requests/{own_draft}/submit", "/requests/{foreign_draft}/submit", UNFIT
    ),
    ("requests_reviews.accept", "POST"): act(REVIEWERS, "accept"),
    ("requests_reviews.approve", "POST"): act(REVIEWERS, "approve"),
    ("requests_reviews.send_back", "POST"): act(REVIEWERS, "return"),
    ("requests_reviews.reject", "POST"): act(REVIEWERS, "reject"),
    ("requests_reviews.bulk", "POST"): Route(REVIEWERS, "/requests/bulk", good=UNFIT),
    ("requests_reviews.delegation_list", "GET"): Route(REVIEWERS, "/requests/delegations"),
    ("requests_reviews.make_delegation", "POST"): Route({"reviewer"}, "/requests/delegations", good=UNFIT),
    ("requests_reviews.stop_delegation", "POST"): Route({"reviewer"}, "/requests/delegations/1/end", good=UNFIT),
    ("requests_reviews.two_people", "GET"): Route(MANAGER, "/requests/policy"),
    ("requests_reviews.change_two_people", "POST"): Route(MANAGER, "/requests/policy", good=UNFIT),
}
