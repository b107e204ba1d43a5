"""A finding names who did it: the function, the list, the line, the modules, the range."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import FINDINGS, said
from lenet_tui.text.words import Words
from tests.findings.gallery_files import BROKEN, checked, id_of, marked_line

HEADS = [
    "_heads['price'].weight", "_heads['price'].bias",
    "_heads['kind'].1.weight", "_heads['kind'].1.bias",
]  # fmt: skip
SAID: dict[str, dict[str, Any]] = {
    "mode-eval-in-training__child": {
        "turned_by": "freeze_statistics", "count": 5, "modules": [f"norms.{n}" for n in range(5)],
    },
    "mode-eval-in-training__vision": {"turned_by": "validate", "count": 1},
    "param-not-registered__heads": {"held_by": "_heads", "parameters": HEADS, "numbers": 36},
    "graph-kept-alive__meter": {"holder": "Meter.total"},
    "graph-kept-alive__vision": {"holder": "curve", "kind": "list"},
    "nan-backward__tensor_hook": {"by": ["shorten"], "reason": "hook"},
    "nan-backward__module_hook": {"by": ["shrink"], "reason": "module-hook"},
    "nan-backward__function": {"by": ["Root.backward"], "reason": "function"},
    "double-backward__function": {"op": "trunk.1"},
    "loss-broadcast__formula": {"prediction": [12, 1], "target": [12], "result": [12, 12]},
    "loss-broadcast__inside": {"prediction": [10, 1], "target": [10], "result": [10, 10]},
    "label-range__gather": {"op": "gather", "high": 4, "highest": 3, "first_at": [5, 0]},
    "label-range__brackets": {"op": "getitem", "high": 4, "highest": 3, "first_at": [5]},
    "label-range__embedding": {"op": "embedding", "high": 20, "highest": 19},
}  # fmt: skip
AT_THE_MARK = [
    "mode-eval-in-training__child", "graph-kept-alive__meter", "graph-kept-alive__vision",
    "label-range__gather", "label-range__brackets", "label-range__one_hot",
    "graph-cut__adversarial",
]  # fmt: skip
"""Programs whose mistake is one line."""


def _found(program: str, folder: Path) -> Finding:
    return next(f for f in checked(program, BROKEN, folder).findings if f.id == id_of(program))


@pytest.mark.slow
@pytest.mark.parametrize("program", sorted({*SAID, *AT_THE_MARK}))
def test_a_finding_names_who_and_where(program: str, tmp_path: Path) -> None:
    found = _found(program, tmp_path)
    assert {key: found.evidence[key] for key in SAID.get(program, {})} == SAID.get(program, {})
    if program in AT_THE_MARK:
        assert found.line == marked_line(program, BROKEN, tmp_path)


def test_both_lines_of_two_backwards(tmp_path: Path) -> None:
    evidence = _found("double-backward__function", tmp_path).evidence
    file, _, number = marked_line("double-backward__function", BROKEN, tmp_path).rpartition(":")
    assert evidence["first"] == f"{file}:{number}"
    assert evidence["second"] == f"{file}:{int(number) + 2}"


def test_one_module_is_no_modules(tmp_path: Path) -> None:
    title = said(_found("mode-eval-in-training__vision", tmp_path), Words("en", FINDINGS))[0]
    assert title.startswith("1 module runs")
