"""A framework's content as the TOML text that an office edits and another installation reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

# Kept content has decimals and days as text; in a file they stand without quotation marks.
PLAIN = ("weight", "from", "over", "under", "pass_mark", "target", "value", "year")
ORDER = (
    "code", "name", "kind", "year", "source", "weight", "nature", "target", "target_from", "target_text",
    "target_source", "value", "from", "author", "document", "reason", "paper", "unit", "measure", "per", "rule",
    "steps", "pass_mark", "rule_text", "definition", "points", "formula", "evidence",
    "wanted_evidence", "grades", "over", "under",
)  # fmt: skip
DEEPER = ("level1", "level2", "level3", "targets")
HEAD = (
    "# 本文件由程序导出，可修改后重新导入；下级权重之和必须等于上级权重，一级权重之和必须等于 100。",
    "# 各字段含义见程序自带的指标体系文件（performance/library/）开头的说明。",
)


def toml_of(content: Mapping[str, Any]) -> str:
    """The text; reading it gives the same framework, with the same digest where it came from kept content."""
    lines = [*HEAD, ""]
    _table(content, "", lines)
    return "\n".join(lines) + "\n"


def settings_text(node: Mapping[str, Any]) -> str:
    """The parameters of an indicator's rule, one a line, as a form shows them."""
    settings = {field: node[field] for field in ("steps", "pass_mark") if field in node} | node.get("scoring", {})
    return "\n".join(f"{field} = {_value(field, value)}" for field, value in settings.items())


def _table(content: Mapping[str, Any], path: str, lines: list[str]) -> None:
    for field in sorted(content, key=_place):
        if field not in DEEPER and not isinstance(content[field], Mapping):
            lines.append(f"{field} = {_value(field, content[field])}")
    for field, value in content.items():
        name = f"{path}.{field}" if path else field
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]"]
            _table(value, name, lines)
    for field in DEEPER:
        for one in content.get(field, ()):
            name = f"{path}.{field}" if path else field
            lines += ["", f"[[{name}]]"]
            _table(one, name, lines)


def _place(field: str) -> tuple[int, str]:
    return (ORDER.index(field) if field in ORDER else len(ORDER), field)


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(name, value[name])}" for name in sorted(value, key=_place)) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        inner = "value" if field == "steps" else field
        return "[" + ", ".join(_value("steps" if isinstance(one, list) else inner, one) for one in value) + "]"
    if isinstance(value, str) and field not in PLAIN:
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return format(value, "f") if isinstance(value, Decimal) else str(value)
