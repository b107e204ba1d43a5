"""The rules of all ops: every module of ``ops`` lists its own in ``RULES``.

To explain another op, add a ``Rule`` to such a list (a new module is found by itself), and its
words to ``explain/words``.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from lenet_tui.explain.engine import ops
from lenet_tui.explain.engine.op_rule import Call, Rule
from lenet_tui.explain.engine.terms import NoArithmetic
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import OpEntry

RULES: dict[str, Rule] = {
    name: rule
    for module in iter_modules(ops.__path__, f"{ops.__name__}.")
    for rule in import_module(module.name).RULES
    for name in rule.names.split()
}
"""By torch's name of the op."""


ALIASES = {"query": "input", "tensors": "input"}
"""What torch calls the argument that is called ``input`` here, where it has another name."""


def rule_for(call: Call) -> Rule:
    """The rule of an op; ``NoArithmetic`` if there is none."""
    rule = RULES.get(call.op)
    if rule is None or "input" not in call.arguments or (call.part and not rule.parts):
        raise NoArithmetic(call.op)
    return rule


def named_arguments(entry: OpEntry) -> dict[str, Any]:
    """The arguments of an op by name, as torch has them.

    Positional arguments without a name are called ``input``, ``1``, ``2`` and so on.
    """
    names = _names(entry)
    given = {names[n] if n < len(names) else str(n): value for n, value in enumerate(entry.args)}
    return given | {ALIASES.get(name, name): value for name, value in entry.kwargs.items()}


def named_edges(entry: OpEntry) -> dict[str, tuple[Edge | None, ...]]:
    """The edges of the arguments, by the same names."""
    names = _names(entry)
    placed = {str(n): name for n, name in enumerate(names)}
    placed |= ALIASES
    return {placed.get(str(key), str(key)): edges for key, edges in entry.given.items()}


def _names(entry: OpEntry) -> list[str]:
    return RULES[entry.op].signature.split() if entry.op in RULES else ["input"]
