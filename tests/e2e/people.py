"""A person at a browser who never touches the mouse: everything is reached by Tab, typed, and pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

FARTHEST = 400  # presses of Tab from one end of the longest page to the other
STATE = """element => {
  const active = document.activeElement;
  if (active === element) return "here";
  if (active === document.body || active === null) return "before";
  return active.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING ? "after" : "before";
}"""


@dataclass
class Person:
    """One signed-in person: `page` is the window, `look` is asked of every page that the person comes to."""

    page: Page
    look: Callable[[Page], list[str]]
    found: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def sign_in(self, login: str, password: str) -> Person:
        """Signs in by keyboard."""
        self.page.goto("/login")
        self.write(self.page.locator("input[name=login]"), login)
        self.write(self.page.locator("input[name=password]"), password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/login")
        return self

    def go(self, path: str) -> None:
        """Opens an address, and looks at the page."""
        self.page.goto(path)
        self.examine()

    def examine(self) -> None:
        """Asks for what is wrong on a page, once for each kind of page."""
        shape = re.sub(r"\d+", "0", urlsplit(self.page.url).path)
        self.page.wait_for_load_state()
        if shape not in self.seen:
            self.seen.add(shape)
            self.found += [f"{shape}: {line}" for line in self.look(self.page)]

    def reach(self, target: Locator) -> Locator:
        """Tabs to it, forwards or back. Fails for what no key reaches."""
        expect(target).to_be_visible()
        for _ in range(FARTHEST):
            where = target.evaluate(STATE)
            if where == "here":
                return target
            self.page.keyboard.press("Tab" if where == "before" else "Shift+Tab")
        raise AssertionError(f"no key leads to {target}")

    def press(self, target: Locator) -> None:
        """Reaches a link or a button, presses Enter, and looks at the page that it leads to."""
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.examine()

    def unfold(self, title: str) -> None:
        """Opens what is folded away under a title."""
        target = self.page.locator("main summary").filter(has_text=title).first
        self.reach(target)
        if target.evaluate("summary => !summary.parentElement.open"):
            self.page.keyboard.press("Enter")

    def button(self, name: str, within: Locator | None = None) -> None:
        """Presses the button of that name."""
        self.press((within or self.page.locator("main")).get_by_role("button", name=name, exact=True).first)

    def link(self, name: str, within: Locator | None = None) -> None:
        """Follows the link of that name."""
        self.press((within or self.page.locator("main")).get_by_role("link", name=name, exact=True).first)

    def write(self, target: Locator, text: str) -> None:
        """Replaces what stands in a field."""
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def fill(self, label: str, text: str, within: Locator | None = None) -> None:
        """Writes into the field with that label."""
        self.write((within or self.page.locator("main")).get_by_label(label, exact=True).first, text)

    def day(self, label: str, day: str) -> None:
        """Types a day into a date field, part by part: 2026-03-05."""
        target = self.reach(self.page.locator("main").get_by_label(label, exact=True).first)
        year, month, date = day.split("-")
        self.page.keyboard.type(year)
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.type(month + date)
        expect(target).to_have_value(day)

    def choose_value(self, target: Locator, value: str) -> None:
        """Chooses from a list with the arrow keys, by the option's value."""
        self.reach(target)
        self.page.keyboard.press("Home")
        for _ in range(60):
            if target.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the list {target} has no {value}")

    def choose(self, label: str, text: str) -> None:
        """Chooses from a list with the arrow keys."""
        target = self.reach(self.page.locator("main").get_by_label(label, exact=True).first)
        self.page.keyboard.press("Home")
        for _ in range(60):
            if target.evaluate("list => list.options[list.selectedIndex].text").strip().startswith(text):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the list {label} has no {text}")

    def tick(self, target: Locator) -> None:
        """Ticks a box, or chooses a radio button of a group, with the keyboard."""
        kind = target.get_attribute("type")
        if kind == "radio":
            group = self.page.locator(f"input[type=radio][name='{target.get_attribute('name')}']")
            checked = [one for one in group.all() if one.is_checked()]
            self.reach(checked[0] if checked else group.first)
            if not checked:
                self.page.keyboard.press("Space")
            for _ in range(group.count()):
                if target.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
        elif not target.is_checked():
            self.reach(target)
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def give(self, target: Locator, *files: Path) -> None:
        """Reaches a field for files; the dialog of the system itself is outside of the page."""
        self.reach(target)
        target.set_input_files(files)
