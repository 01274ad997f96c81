"""Who may ask what of the area "issuing"; tests/web/routes/shape.py says how a line is read."""

from tests.web.routes.shape import Key, Route

ROUTES: dict[Key, Route] = {}
