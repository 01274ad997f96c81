"""Forms of pages as a browser sends them: every field with what the page put into it."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag


def form_of(page: str, action: str = "") -> dict[str, str]:
    """The fields of the first form of the page's main part; of the one whose address ends so, where it is said."""
    for form in BeautifulSoup(page, "html.parser").select("main form"):
        if str(form.get("action") or "").endswith(action):
            return _fields(form)
    raise AssertionError(f"the page has no form that is sent to {action!r}")


def _fields(form: Tag) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if name == "csrf_token" or field.get("type") == "file":
            continue
        if field.name == "textarea":
            found[name] = field.get_text().removeprefix("\r\n").removeprefix("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[name] = str(chosen["value"]) if chosen else ""
        elif field.get("type") not in ("radio", "checkbox") or field.has_attr("checked"):
            found[name] = str(field.get("value", ""))
    return found
