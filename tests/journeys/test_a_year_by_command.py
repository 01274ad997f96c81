"""A year by the command line: dry run, load, load again, figures, the rows behind them, the check of the books."""

import json
from pathlib import Path

import pytest

from tests.exchange.ledger_files import IMPORTS, ISSUES, attempt, edited, issue, ledger, sample, units
from tests.journeys.command import SAMPLE, Installation

EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Installation:
    """An installation with nothing in it."""
    folder = tmp_path / "office"
    folder.mkdir()
    return Installation(database_url, folder)


def saved(folder: Path, *files: tuple[str, bytes]) -> list[Path]:
    """Files on the disk."""
    for name, content in files:
        (folder / name).write_bytes(content)
    return [folder / name for name, _ in files]


def test_the_sample_year_from_its_folder_to_its_figures(office: Installation) -> None:
    dry = office.json("load", "--dry-run", SAMPLE)
    assert (dry["dry_run"], dry["written"], len(dry["changes"])) == (True, False, 941)
    assert set(dry["changes"][0]) == {"action", "ledger", "file", "sheet", "row", "subject", "fields"}
    assert office.json("figures", "--as-of", "2024-12-31")["figures"]["units.served"] == 0

    loaded = office.json("load", SAMPLE)
    assert (loaded["written"], loaded["problems"]) == (True, [])
    assert loaded["counts"] == dry["counts"]
    assert {kind: counts["new"] for kind, counts in loaded["counts"].items()} == {
        "units": 124, "issues": 191, "imports": 221, "changes": 11, "budget": 5, "services": 389,
    }  # fmt: skip
    again = office.json("load", *sorted(SAMPLE.glob("*.xlsx"), reverse=True))
    assert {kind: (counts["new"], counts["changed"]) for kind, counts in again["counts"].items()} == dict.fromkeys(
        loaded["counts"], (0, 0)
    )

    for asked in EXPECTED["as_of"]:
        answer = office.json("figures", "--as-of", asked["as_of"])
        assert answer["as_of"] == asked["as_of"]
        for product in ("virtualization", "cloud_management", "bms"):
            for name, value in asked[product].items():
                assert answer["figures"][f"{product}.{name}"] == value
        assert answer["figures"]["units.served"] == asked["units_served"]
        assert answer["figures"]["import.pass_rate"] == asked["import_pass_rate_percent"]

    for name in ("virtualization.accepted_cpus", "units.served", "budget.spent", "support.orders"):
        trace = office.json("trace", name, "--as-of", "2024-12-31")
        assert (trace["name"], sum(row["value"] for row in trace["rows"])) == (name, trace["value"])

    assert office.json("verify")["ok"] is True


def test_what_people_read_is_chinese_unless_they_choose_english(office: Installation) -> None:
    chinese, english = office.run("load", SAMPLE, language="zh_CN"), office.run("load", SAMPLE)
    assert (chinese.returncode, english.returncode) == (0, 0)
    assert "Loaded." in english.stdout
    assert "Loaded." not in chinese.stdout
    table = office.run("figures", "--as-of", "2024-12-31").stdout
    assert "4,375  CPUs" in table


def test_a_bad_cell_ends_with_one_and_a_line_that_names_it(office: Installation, tmp_path: Path) -> None:
    wrong = edited(sample(ISSUES), {("SQ-2024-0007", "CPU数量"): "十六"})
    paths = saved(tmp_path, wrong, sample("单位名录"))
    for language in ("en", "zh_CN"):
        done = office.run("load", *paths, language=language)
        assert done.returncode == 1
        [line] = [line for line in done.stderr.splitlines() if "十六" in line]
        assert all(part in line for part in ("授权发放台账.xlsx", "G", "CPU数量", "“十六”")), line
        assert ("Error" in line) == (language == "en")
    told = office.run("load", *paths, "--json")
    problem = next(one for one in json.loads(told.stdout)["problems"] if one["severity"] == "error")
    assert told.returncode == 1
    assert (problem["file"], problem["sheet"], problem["row"]) == ("授权发放台账.xlsx", "授权发放台账", 9)
    assert (problem["column"], problem["heading"], problem["value"]) == ("G", "CPU数量", "十六")
    assert office.json("figures", "--as-of", "2024-12-31")["figures"]["virtualization.issued_sets"] == 0


def test_ledgers_one_by_one_in_the_wrong_order(office: Installation, tmp_path: Path) -> None:
    imports, issues, directory = saved(
        tmp_path, ledger(IMPORTS, attempt("SQ-1", accepted="02-20")), ledger(ISSUES, issue("SQ-1")), units()
    )
    first = office.run("load", imports)
    assert first.returncode == 0
    assert "waits for the issue ledger" in first.stderr
    assert office.json("load", "--dry-run", issues)["changes"][0]["action"] == "waits"
    for path in (issues, directory):
        assert office.run("load", path).returncode == 0
    assert office.json("figures", "--as-of", "2024-02-20")["figures"]["virtualization.accepted_cpus"] == 16
    assert office.json("verify")["ok"] is True


def test_what_cannot_be_done_is_said_in_one_line_and_ends_with_one(office: Installation, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    for arguments in (
        ["load", tmp_path / "无此文件.xlsx"],
        ["load", tmp_path / "空"],
        ["trace", "no.such_measure"],
        ["figures", "--known-at", "yesterday"],
    ):
        done = office.run(*arguments)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done.stderr
    assert office.run("figures", "--as-of", "31.12.2024").returncode == 2


def test_figures_as_known_before_a_correction(office: Installation, tmp_path: Path) -> None:
    office.json("load", SAMPLE)
    known = office.json("figures", "--as-of", "2024-12-31", "--known-at", "2099-01-01T00:00")["figures"]
    corrected = edited(sample(ISSUES), {("SQ-2024-0002", "CPU数量"): 26})
    [path] = saved(tmp_path, corrected)
    assert office.json("load", path)["counts"]["issues"] == {"new": 0, "changed": 1, "same": 190, "waits": 0}
    now = office.json("figures", "--as-of", "2024-12-31")["figures"]
    assert now["virtualization.accepted_cpus"] - known["virtualization.accepted_cpus"] == 10
    before = office.json("figures", "--as-of", "2024-12-31", "--known-at", "2024-01-01T00:00")["figures"]
    assert before["virtualization.accepted_cpus"] == 0


def test_a_ledger_that_waits_can_be_let_go(office: Installation, tmp_path: Path) -> None:
    [imports] = saved(tmp_path, ledger(IMPORTS, attempt("SQ-1", accepted="02-20")))
    assert office.run("load", imports).returncode == 0
    let_go = office.run("withdraw", imports.name)
    assert (let_go.returncode, "waits no longer" in let_go.stdout) == (0, True), let_go.stderr
    assert office.run("withdraw", imports.name).returncode == 1
    assert office.json("verify")["ok"] is True
