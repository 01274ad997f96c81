"""The host list of a line, as people paste it from a spreadsheet: read tolerantly, bad cells told by row and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from licensetrack.requests.findings import Finding, error

MOST_HOSTS = 2000
MOST_SOCKETS, MOST_CORES = 64, 1024
NAME, SOCKETS, CORES, ALL_CORES, SERIAL = "name", "sockets", "cores", "all cores", "serial"

# What people write above the columns; the longer ones first, because 总核数 also contains 核数.
_HEADINGS = (
    (ALL_CORES, ("总核数", "总核心数", "核数合计", "核心总数", "totalcores")),
    (CORES, ("每颗核数", "单颗核数", "每cpu核数", "每路核数", "核数", "核心数", "核心", "cores", "corespersocket")),
    (SOCKETS, ("cpu颗数", "cpu数量", "cpu个数", "cpu数", "颗数", "路数", "物理cpu", "cpu", "sockets", "socket")),
    (SERIAL, ("序号", "编号", "no", "no.", "#")),
    (NAME, ("主机名称", "主机名", "主机", "服务器名称", "服务器", "设备名称", "节点",
            "名称", "hostname", "host", "name")),
)  # fmt: skip
_TOTALS = ("合计", "总计", "小计", "共计", "total", "sum")
_NUMBER = re.compile(r"(\d{1,6})(?:\.0+)?\s*(?:颗|个|路|核|台|c|cores?|sockets?|cpus?)*", re.IGNORECASE)
_PRODUCT = re.compile(r"(\d{1,4})\s*(?:颗|路)?\s*[*x×]\s*(\d{1,4})\s*(?:核|c|cores?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Host:
    """One server: its physical CPUs (sockets) and the cores that each of them has (0 where nobody said)."""

    name: str
    sockets: int
    cores: int = 0

    def as_row(self) -> dict[str, Any]:
        """As kept with a line."""
        return asdict(self)


def sockets_of(hosts: Sequence[Host]) -> int:
    """The CPUs that the hosts have together."""
    return sum(host.sockets for host in hosts)


def as_text(rows: Sequence[Sequence[object]]) -> str:
    """Rows of a spreadsheet as they would be pasted: tabs between cells."""
    lines = ("\t".join(_cell(value) for value in row).rstrip() for row in rows)
    return "\n".join(line for line in lines if line.strip())


def parse(text: str, line: str = "") -> tuple[tuple[Host, ...], list[Finding]]:
    """The hosts of a pasted table, and its bad cells. A heading row, serial numbers and a total are taken as such."""
    rows = [(number, _cells(row)) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    if not rows:
        return (), []
    columns = _headed(rows[0][1])
    if columns is not None:
        rows = rows[1:]
    else:
        columns = _guessed([cells for _, cells in rows])
    hosts: list[Host] = []
    problems: list[Finding] = []
    for number, cells in rows[:MOST_HOSTS]:
        if any(_key(cell) in _TOTALS for cell in cells[:2]):
            continue
        reader = _Row(number, cells, columns, line, problems)
        host = reader.host()
        if host is not None:
            hosts.append(host)
    if len(rows) > MOST_HOSTS:
        problems.append(error("The host list has more than %(most)s rows.", line, "hosts", most=MOST_HOSTS))
    problems += _twice(hosts, line)
    return tuple(hosts), problems


class _Row:
    """One row of the table, read cell by cell."""

    def __init__(
        self, number: int, cells: Sequence[str], columns: dict[str, int], line: str, problems: list[Finding]
    ) -> None:
        self.number, self.cells, self.columns, self.line, self.problems = number, cells, columns, line, problems

    def host(self) -> Host | None:
        """The host, or None where a cell is wrong."""
        before = len(self.problems)
        name = self._text(NAME)
        if not name:
            self._bad(NAME, "Row %(row)s, column %(column)s: the host's name is missing.")
        both = _PRODUCT.fullmatch(self._text(SOCKETS))
        if both is not None:
            sockets, cores = int(both[1]), int(both[2])
        else:
            sockets, cores = self._whole(SOCKETS, 1, MOST_SOCKETS, needed=True), self._cores()
        if sockets and not 1 <= sockets <= MOST_SOCKETS:
            self._bad(SOCKETS, _BOUNDS, lowest=1, highest=MOST_SOCKETS)
        if ALL_CORES in self.columns and CORES not in self.columns and sockets:
            total = self._whole(ALL_CORES, 0, MOST_SOCKETS * MOST_CORES)
            cores = -(-total // sockets)
        return Host(name[:80], sockets, cores) if len(self.problems) == before else None

    def _cores(self) -> int:
        return self._whole(CORES, 0, MOST_CORES) if CORES in self.columns else 0

    def _text(self, column: str) -> str:
        place = self.columns.get(column, -1)
        return self.cells[place] if 0 <= place < len(self.cells) else ""

    def _whole(self, column: str, lowest: int, highest: int, *, needed: bool = False) -> int:
        text = self._text(column)
        if not text:
            if needed:
                self._bad(column, "Row %(row)s, column %(column)s: the number of CPUs (sockets) is missing.")
            return 0
        found = _NUMBER.fullmatch(text)
        if found is None:
            self._bad(column, "Row %(row)s, column %(column)s: “%(value)s” is not a whole number.")
            return 0
        if not lowest <= int(found[1]) <= highest:
            self._bad(column, _BOUNDS, lowest=lowest, highest=highest)
            return 0
        return int(found[1])

    def _bad(self, column: str, message: str, **more: object) -> None:
        place = self.columns.get(column, len(self.cells))
        values = {"row": self.number, "column": _letter(place), "value": self._text(column)[:40], **more}
        self.problems.append(error(message, self.line, "hosts", **values))


_BOUNDS = "Row %(row)s, column %(column)s: “%(value)s” is not between %(lowest)s and %(highest)s."


def _headed(cells: Sequence[str]) -> dict[str, int] | None:
    """Which column holds what, when the row is one of headings: it names the hosts or their CPUs and has no number."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        kind = _heading(cell)
        if kind:
            columns.setdefault(kind, place)
    if not columns or any(_NUMBER.fullmatch(cell) for cell in cells if cell):
        return None
    return columns


def _heading(cell: str) -> str:
    key = _key(re.sub(r"\(.*?\)", "", cell))
    for kind, words in _HEADINGS:
        if key in words:
            return kind
    return ""


def _guessed(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Without headings: name, sockets, cores; a first column of bare numbers before a name is a serial number."""
    numbered = all(cells[0].isdecimal() for cells in rows)
    named = all(len(cells) > 2 and not _NUMBER.fullmatch(cells[1]) for cells in rows)
    first = 1 if numbered and named else 0
    return {NAME: first, SOCKETS: first + 1, CORES: first + 2}


def _twice(hosts: Sequence[Host], line: str) -> list[Finding]:
    seen: set[str] = set()
    again = []
    for host in hosts:
        if host.name.casefold() in seen:
            again.append(error("The host “%(name)s” is listed twice.", line, "hosts", name=host.name))
        seen.add(host.name.casefold())
    return again


def _cells(row: str) -> list[str]:
    """The cells of a pasted row: tabs decide; without one commas or semicolons, else blanks."""
    folded = unicodedata.normalize("NFKC", row).strip("\r\n")
    if "\t" in folded:
        cells = folded.split("\t")
    elif re.search(r"[,;、]", folded):
        cells = re.split(r"[,;、]", folded)
    else:
        cells = folded.split()
    return [cell.strip() for cell in cells]


def _key(text: str) -> str:
    return re.sub(r"[\s:/]", "", text).casefold()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"\s+", " ", str(value)).strip()


def _letter(place: int) -> str:
    """The letter of a column, as a spreadsheet program shows it."""
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
