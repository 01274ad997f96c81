"""A host list is read as people paste it, and a bad cell is told by its row and column."""

from __future__ import annotations

import pytest

from licensetrack.requests.hosts import Host, as_text, parse, sockets_of

TWO = (Host("node-1", 2, 32), Host("node-2", 4, 16))


@pytest.mark.parametrize(
    "text",
    [
        "node-1\t2\t32\nnode-2\t4\t16",
        "主机名称\tCPU颗数\t每颗核数\nnode-1\t2\t32\nnode-2\t4\t16",
        "序号\t主机名\t型号\t物理CPU\t核数\n1\tnode-1\tR740\t2颗\t32核\n2\tnode-2\tR740\t4颗\t16核",
        "核数,服务器名称,路数\n32,node-1,2\n16,node-2,4",
        "node-1，２颗，３２核\nnode-2，４颗，１６核",
        "node-1 2*32\nnode-2 4×16核",
        "1\tnode-1\t2\t32\n2\tnode-2\t4\t16\n\n",
        "主机名\tCPU数\t总核数\nnode-1\t2\t64\nnode-2\t4\t64",
        "主机名\tCPU颗数（颗）\t核数\nnode-1\t2.0\t32\nnode-2\t4.0\t16\n合计\t6\t",
    ],
)
def test_a_list_is_understood_however_it_was_pasted(text: str) -> None:
    hosts, problems = parse(text)
    assert problems == []
    assert hosts == TWO
    assert sockets_of(hosts) == 6


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("主机名\tCPU颗数\nnode-1\t两颗", 2, "B"),
        ("node-1\t2\t16\nnode-2\t\t16", 2, "B"),
        ("node-1\t2\t16\n\t2\t16", 2, "A"),
        ("node-1\t2\t许多", 1, "C"),
        ("node-1\t0\t16", 1, "B"),
        ("node-1\t999\t16", 1, "B"),
        ("node-1", 1, "B"),
        ("node-1\t-2", 1, "B"),
        ("node-1\t1e3", 1, "B"),
        ("node-1\t2.5", 1, "B"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column(text: str, row: int, column: str) -> None:
    hosts, problems = parse(text, "k1")
    assert [(p.values["row"], p.values["column"]) for p in problems] == [(row, column)]
    assert {(p.line, p.field, p.level) for p in problems} == {("k1", "hosts", "error")}
    assert len(hosts) == len(text.strip().splitlines()) - 1 - text.startswith("主机名")


def test_a_host_named_twice_is_told() -> None:
    _, problems = parse("node-1\t2\nNODE-1\t2")
    assert [p.values for p in problems] == [{"name": "NODE-1"}]


def test_nothing_pasted_is_no_list() -> None:
    assert parse(" \n\t\n") == ((), [])


def test_rows_of_a_file_become_what_would_have_been_pasted() -> None:
    text = as_text([["主机名", "CPU颗数"], ["node-1", 2.0], [None, None], ["node\n-2", 4]])
    assert parse(text)[0] == (Host("node-1", 2), Host("node -2", 4))
