"""The rooms of the main chain: sign-in, ledger, units, figures, evaluations, loading, papers, the API and health."""

from tests.web.routes.shape import EVERYBODY, EXPORTS, FIGURES, SCOPED, SETS, Key, Route

EVALUATIONS = FIGURES - SCOPED
PAPERS = EVALUATIONS | {"vendor_engineer"}
LOADERS = {"operator"}
NO_SUCH_UPLOAD = "0" * 32

ROUTES: dict[Key, Route] = {
    ("dashboard.overview", "GET"): Route(EVERYBODY, "/", answers=dict.fromkeys(EVERYBODY - FIGURES, 302)),
    ("account.sign_in", "GET"): Route(EVERYBODY, "/login", good=302, open=True),
    ("account.sign_in", "POST"): Route(EVERYBODY, "/login", good=302, open=True),
    ("account.sign_out", "POST"): Route(EVERYBODY, "/logout", good=302),
    ("preferences.choose", "POST"): Route(EVERYBODY, "/preferences", good=302, open=True),
    ("ledger.sets", "GET"): Route(SETS, "/sets"),
    ("ledger.export_sets", "GET"): Route(EXPORTS, "/sets/export.csv"),
    ("ledger.one_set", "GET"): Route(SETS, "/sets/{own_set}", "/sets/{foreign_set}"),
    ("ledger.waiting", "GET"): Route(SETS, "/waiting"),
    ("units.directory", "GET"): Route(SETS, "/units"),
    ("units.export_units", "GET"): Route(EXPORTS, "/units/export.csv"),
    ("units.one_unit", "GET"): Route(SETS, "/units/{own_unit}", "/units/{foreign_unit}"),
    ("figures.index", "GET"): Route(FIGURES, "/figures"),
    ("figures.rows", "GET"): Route(FIGURES, "/figures/units.served"),
    ("figures.export_rows", "GET"): Route(EXPORTS, "/figures/units.served/export.csv"),
    ("documents.document", "GET"): Route(PAPERS, "/documents/5", refused=404),
    ("evaluations.index", "GET"): Route(EVALUATIONS, "/evaluations"),
    ("evaluations.one", "GET"): Route(EVALUATIONS, "/evaluations/1"),
    ("comparison.page", "GET"): Route(EVALUATIONS, "/comparison"),
    ("comparison.export", "GET"): Route(EVALUATIONS, "/comparison/export.csv"),
    ("outlook.ahead", "GET"): Route(EVALUATIONS, "/outlook"),
    ("outlook.export_ahead", "GET"): Route(EVALUATIONS, "/outlook/export.csv"),
    ("outputs.index", "GET"): Route(EVALUATIONS, "/evaluations/1/outputs"),
    ("outputs.make", "POST"): Route(EVALUATIONS, "/evaluations/1/outputs", good=422),
    ("results.one", "GET"): Route(EVALUATIONS, "/results/987654321", good=404),
    ("results.file", "GET"): Route(EVALUATIONS, "/results/987654321/file", good=404),
    ("outputs.document", "GET"): Route(EVALUATIONS, "/evaluations/1/outputs/self-assessment.xlsx"),
    ("outputs.binder", "GET"): Route(EVALUATIONS, "/evaluations/1/evidence.zip"),
    ("outputs.pack", "GET"): Route(EVALUATIONS - {"operator"}, "/evaluations/1/pack.zip"),
    ("loading.choose", "GET"): Route(LOADERS, "/load"),
    ("loading.upload", "POST"): Route(LOADERS, "/load", good=400),
    ("loading.one", "GET"): Route(LOADERS, f"/load/{NO_SUCH_UPLOAD}", good=404),
    ("loading.progress", "GET"): Route(LOADERS, f"/load/{NO_SUCH_UPLOAD}/progress", good=404),
    ("loading.confirm", "POST"): Route(LOADERS, f"/load/{NO_SUCH_UPLOAD}/confirm", good=404),
    ("loading.forget", "POST"): Route(LOADERS, f"/load/{NO_SUCH_UPLOAD}/forget", good=404),
    ("api_figures.all_figures", "GET"): Route(FIGURES, "/api/v1/figures"),
    ("api_figures.trace", "GET"): Route(FIGURES, "/api/v1/figures/units.served/trace"),
    ("api-docs.openapi_json", "GET"): Route(EVERYBODY, "/api/v1/openapi.json"),
    ("health.alive", "GET"): Route(EVERYBODY, "/healthz", open=True),
    ("health.ready", "GET"): Route(EVERYBODY, "/readyz", open=True),
    ("metrics.page", "GET"): Route(EVERYBODY, "/metrics", good=404, open=True),
    ("vendor.asset", "GET"): Route(EVERYBODY, "/vendor/0/bootstrap.css", good=404, open=True),
    ("static", "GET"): Route(EVERYBODY, "/static/app.css", open=True),
}
