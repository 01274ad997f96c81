"""docs/reminders.md says what the program does: reminders with steps, limits and roles; schedules with times."""

from __future__ import annotations

from pathlib import Path

from licensetrack.jobs.schedules import SCHEDULES
from licensetrack.notices.kinds import KINDS
from licensetrack.reminders.limits import DEFAULTS
from licensetrack.reminders.rules import MONITORING, RULES, WEEK
from licensetrack.web.reminder_words import KINDS as WORDS
from licensetrack.web.reminder_words import LIMITS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reminders.md").read_text(encoding="utf-8")
OURS = (
    "close-month", "backup", "check-books", "check-files", "clean-sessions", "unused-accounts", "reminders",
    "watch-backups", "sweep-files",
)  # fmt: skip


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading: first cell → the others."""
    part = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return {row[0].strip("`"): row[1:] for row in cells[2:]}


def test_every_reminder_stands_there_with_its_steps_its_limit_and_who_hears() -> None:
    said = rows("What is told")
    assert set(said) == set(RULES) == set(WORDS)
    for kind, rule in RULES.items():
        _, _, steps, limit, hear, late = said[kind]
        assert steps == ", ".join(map(str, rule.ladder.before))
        assert tuple(filter(None, hear.split(", "))) == rule.hear
        assert tuple(filter(None, late.split(", "))) == rule.hear_late
        name = rule.limit or (kind if kind in DEFAULTS else "")
        assert limit == (str(DEFAULTS[name]) if name else ""), kind
        assert rule.ladder.every == WEEK
    assert MONITORING in DEFAULTS


def test_every_reminder_has_its_notice_and_every_limit_its_words() -> None:
    for kind in RULES:
        assert f"reminder_{kind}" in KINDS
        assert KINDS[f"reminder_{kind}"].mail == "digest"
    assert set(LIMITS) == set(DEFAULTS)


def test_every_job_of_the_night_stands_there_with_its_time() -> None:
    said = rows("What runs when")
    assert set(said) == set(OURS) <= set(SCHEDULES)
    for name in OURS:
        minute, hour, *_ = SCHEDULES[name].cron.split()
        time = said[name][0]
        if hour == "*":
            assert time == "every hour"
            continue
        hours = [f"{int(one):02}:{int(minute):02}" for one in hour.split(",")]
        assert time == ", ".join(hours)
