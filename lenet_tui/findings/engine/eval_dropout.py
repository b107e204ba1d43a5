"""Dropout that a model's eval mode does not switch off, as it is not told of the mode."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.mode_difference import Call as ModelCall
from lenet_tui.findings.engine.mode_difference import largest_difference, recorded
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import FORWARD
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.module_paths import Paths

DROPOUTS = frozenset(
    ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
)
TRAINING = 2
"""The place of their ``training``, which is ``True`` if it is not given."""
ATTENTION = "scaled_dot_product_attention"
DROPOUT_P = 4
"""The place of its ``dropout_p``, which is what it drops in any mode."""


@dataclass(frozen=True, slots=True, eq=False)
class Drops:
    """A call that drops, without its tensors, which would keep the iteration's graph alive.

    ``path``: of the module in which it is called. ``layer``: the ``nn.Dropout`` that makes it, if
    one does.
    """

    name: str
    share: float
    where: str
    line: str
    path: str
    layer: nn.Module | None

    @property
    def key(self) -> tuple[str, str, float]:
        """By what it is known again."""
        return "" if self.layer is not None else self.path, self.name, self.share


def dropping(iteration: Iteration) -> list[Drops]:
    """The calls of an iteration that drop."""
    layers = [call for call in iteration.modules if isinstance(call.module, _DropoutNd)]
    found = []
    for number, call in enumerate(iteration.calls):
        if call.line and (share := _share(call)) > 0:
            inside = [layer.module for layer in layers if layer.first <= number < layer.last]
            path = call.entry.module if call.entry is not None else ""
            layer = inside[-1] if inside else None
            found.append(Drops(call.name, share, call.where, call.line, path, layer))
    return found


def drops_in_eval(calls: list[Drops], model: ModelCall, paths: Paths) -> Iterator[Finding]:
    """The ones of these calls that drop in eval mode too: a model is called twice in it.

    Nothing is said where a mode of the model guards them, or both outputs are the same.
    """
    module = model[0]
    known = set(module.modules())
    suspects = [each for each in calls if each.layer not in known and _suspect(each, module)]
    if not suspects:
        return
    modes = [(m, m.training) for m in module.modules()]
    module.eval()
    try:
        first, second = recorded(model, paths), recorded(model, paths)
    finally:
        for m, mode in modes:
            m.training = mode
    if first.output is None or second.output is None:
        return
    difference = largest_difference(first.output.tensor, second.output.tensor)
    found = [entry for entry in first.entries if _share(entry) > 0] if difference else []
    said: set[str] = set()
    for each in suspects:
        if each.line in said or not _among(each, calls, found):
            continue
        evidence = {"op": each.name, "p": each.share, "difference": difference}
        if each.name == ATTENTION:
            evidence["reason"] = "attention"
        elif each.layer is not None:
            evidence["reason"] = "made"
        said.add(each.line)
        yield Finding("dropout-in-eval", FORWARD.name, each.where, each.line, evidence)


def _suspect(call: Drops, module: nn.Module) -> bool:
    """Whether it may be that no mode switches it off: its layer is none of the model's, or torch
    has put in ``training=True`` for it.
    """
    return call.name == ATTENTION or call.layer is not None or _unasked(call, module)


def _share(call: Call | OpEntry) -> float:
    """The share that a call drops; 0 where it drops nothing, as it is told."""
    name = call.name if isinstance(call, Call) else call.op
    if name != ATTENTION and name not in DROPOUTS:
        return 0.0
    if name in DROPOUTS and not _argument(call, TRAINING, "training", True):
        return 0.0
    place, known = (DROPOUT_P, "dropout_p") if name == ATTENTION else (1, "p")
    given = _argument(call, place, known, 0.0)
    return float(given) if isinstance(given, (int, float)) else 0.0


def _argument(call: Call | OpEntry, place: int, name: str, default: object) -> object:
    return call.args[place] if len(call.args) > place else call.kwargs.get(name, default)


def _unasked(call: Drops, module: nn.Module) -> bool:
    """Whether the line of a dropout does not say ``training``: torch has put in ``True`` for it.

    The lines of the model's classes are read. What says ``training=True`` is meant so.
    """
    file, _, number = call.line.rpartition(":")
    paths = {_file_of(part) for part in module.modules()}
    return any(
        _called(node) == call.name
        and node.lineno <= int(number) <= (node.end_lineno or 0)
        and len(node.args) <= TRAINING
        and all(keyword.arg not in ("training", None) for keyword in node.keywords)
        for path in paths
        if Path(path).name == file
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.Call)
    )


def _called(node: ast.Call) -> str:
    """The last part of the name that a call has in the source."""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _file_of(module: nn.Module) -> str:
    try:
        return inspect.getsourcefile(type(module)) or ""
    except TypeError:
        return ""


def _parsed(path: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):  # as of a cell that is not Python alone
        return ast.Module([], [])


def _among(each: Drops, calls: list[Drops], found: list[OpEntry]) -> bool:
    """Whether a call of the recorded iteration is one of the ops that drop in eval mode.

    They are known by module, function and p; where a module has more of them in train mode, as one
    may be guarded by ``if self.training``, by the line too.
    """
    alike = [entry for entry in found if _key(entry, named=bool(each.key[0])) == each.key]
    others = len({other.line for other in calls if other.key == each.key})
    if len(alike) >= others:
        return bool(alike)
    line = int(each.line.rpartition(":")[2] or 0)
    return any(entry.line == line for entry in alike)


def _key(entry: OpEntry, *, named: bool) -> tuple[str, str, float]:
    """As that of a call, with the module's path where the call's has one."""
    return entry.module if named else "", entry.op, _share(entry)
