"""Products of matrices, however they are written: sums of products over the letters of ``einsum``.

``a @ b`` of (b, i, k) and (b, k, j) is ``einsum("bik,bkj->bij", a, b)``. A gradient is the same
kind of sum: over every letter that the operand has not, of the gradient and the other operands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.links import SAME, Link, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    grid,
    products,
    read_broadcast,
    read_each,
)
from lenet_tui.explain.rounding import computing_in, constant

MOST = 1 << 22
"""Products of a single number beyond which it is not worked out."""
_ADDED = {"addmm": ("mat1", "mat2"), "baddbmm": ("batch1", "batch2"), "addmv": ("mat", "vec")}
FREE = "ijklmnopqrstuvwxyzabcdefgh"


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of each operand, by argument, and of the output; and the size of each letter.

    A size of 1 that is stretched is 1 in its operand alone.
    """

    operands: dict[str, str]
    output: str
    sizes: dict[str, int]


def _letters(call: Call) -> Letters:
    if call.op == "einsum":
        return _einsum(call)
    names = _ADDED.get(call.op, ("input", "other"))
    a, b = (call.get(n) for n in names)
    if not isinstance(a, Source) or not isinstance(b, Source):
        raise NoArithmetic(call.op)
    if call.op in ("outer", "ger"):
        return _sized(call, dict(zip(names, "ij", strict=True)), "ij")
    x, y = len(a.shape), len(b.shape)
    if call.op == "rmatmul":
        names, x, y = names[::-1], y, x
    if not x or not y:
        raise NoArithmetic(call.op)
    batch = FREE[3 : 3 + max(x, y, 2) - 2]
    row, column = "i" * (x > 1), "j" * (y > 1)
    first = f"{_last(batch, x - 2)}{row}k"
    second = f"{_last(batch, y - 2)}k{column}"
    return _sized(call, dict(zip(names, (first, second), strict=True)), batch + row + column)


def _last(letters: str, count: int) -> str:
    return letters[len(letters) - count :] if count > 0 else ""


def _einsum(call: Call) -> Letters:
    equation = call.get("equation")
    operands = dict(call.tensors())
    if not isinstance(equation, str):
        raise NoArithmetic(call.op)
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    written = inputs.split(",")
    if len(written) != len(operands):
        raise NoArithmetic(call.op)
    spare = [c for c in FREE if c not in equation]
    ranks = [len(s.shape) for s in operands.values()]
    dots = [n - len(w) + 3 for w, n in zip(written, ranks, strict=True) if "..." in w]
    batch = "".join(spare[: max(dots, default=0)])
    found = {}
    for (name, source), letters in zip(operands.items(), written, strict=True):
        own = len(source.shape) - len(letters) + 3
        found[name] = letters.replace("...", batch[len(batch) - own :] if own else "")
    if not arrow:
        every = "".join(found.values())
        output = batch + "".join(sorted(c for c in set(every) - set(batch) if every.count(c) == 1))
    return _sized(call, found, output.replace("...", batch))


def _sized(call: Call, operands: dict[str, str], output: str) -> Letters:
    sizes: dict[str, int] = dict.fromkeys(output, 1)
    for name, letters in operands.items():
        shape = call.source(name).shape
        if len(shape) != len(letters):
            raise NoArithmetic(call.op)
        for letter, size in zip(letters, shape, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), size)
    known = Letters(operands, output, sizes)
    if tuple(sizes[c] for c in output) != tuple(call.tensor.shape):
        raise NoArithmetic(call.op)
    return known


def _places(call: Call, known: Letters, fixed: dict[str, int]) -> tuple[dict[str, Indices], int]:
    """What each letter is in each product, where some are ``fixed``; and how many products."""
    free = [c for c in known.sizes if c not in fixed]
    count = int(np.prod([known.sizes[c] for c in free], dtype=np.float64))
    if count > MOST:
        raise NoArithmetic(call.op)
    cells = grid(*(range(known.sizes[c]) for c in free))
    places = {c: cells[:, n] for n, c in enumerate(free)}
    return places | {c: np.full(len(cells), at) for c, at in fixed.items()}, len(cells)


def _indices(letters: str, shape: Sequence[int], places: dict[str, Indices], count: int) -> Indices:
    """The elements of a tensor with these letters."""
    if not letters:
        return np.zeros((count, 0), np.int64)
    axes = [
        places[c] if size > 1 else np.zeros(count, np.int64)
        for c, size in zip(letters, shape, strict=True)
    ]
    return np.stack(axes, 1)


def _made(call: Call, known: Letters, factors: dict[str, Source], fixed: dict[str, int]) -> Sum:
    """Σ of the products of ``factors``, by the letters of the argument or ``g`` of the output."""
    places, count = _places(call, known, fixed)
    operands, shown = [], []
    for name, source in factors.items():
        letters = known.output if name == "g" else known.operands[name]
        operands.append(read_each(source, _indices(letters, source.shape, places, count)))
        shown.append(f"{source.name}[{','.join(letters)}]")
    factor = _factor(call)
    terms = products(*operands)
    if factor != 1:
        terms = Terms(terms.operands, terms.result * constant(factor))
    sums = "".join(f"Σ_{c} " for c in places if c not in fixed)
    scale = f"{factor:g} ⋅ " if factor != 1 else ""
    total = Sum(f"{scale}{sums}{' ⋅ '.join(shown)}", [terms])
    total.notes = [("products", (str(count),))]
    if (computing_in().own and call.op == "einsum") or factor != 1:
        # what is multiplied or summed first is rounded before the rest
        spread = float(np.abs(terms.result.value).sum())
        step = computing_in().own or computing_in().step
        total.extra = len(factors) * step * spread
    return total


def _factor(call: Call) -> float:
    return float(call.get("alpha", 1)) if call.op in _ADDED else 1.0


def _fixed(letters: str, index: Index) -> dict[str, int] | None:
    """What an index says of the letters; ``None``: it is off the diagonal of a repeated one."""
    fixed: dict[str, int] = {}
    for letter, at in zip(letters, index, strict=True):
        if fixed.setdefault(letter, at) != at:
            return None
    return fixed


def forward(call: Call, index: Index) -> Sum:
    known = _letters(call)
    factors = {name: call.source(name) for name in known.operands}
    total = _made(call, known, factors, dict(zip(known.output, index, strict=True)))
    total.letters = ",".join(known.output)
    if call.op in _ADDED:
        beta, added = float(call.get("beta", 1)), read_broadcast(call.source(), [index])
        if beta:
            scaled = added.number * constant(beta) if beta != 1 else added.cast
            total.terms.insert(0, Terms((added,), scaled))
            total.right = f"{beta:g} ⋅ {added.tensor}[…] + {total.right}"
            total.extra += 2 * computing_in().step * abs(float(scaled.value[0]))
    return total


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    if call.op in _ADDED and argument == "input":
        return _added(call, index, g)
    known = _letters(call)
    own = known.operands[argument]
    fixed = _fixed(own, index)
    if fixed is None:
        return Sum(f"{g.name}[…] on the diagonal, else 0", [], [("unread", (call.name,))])
    stretched = {c for c, n in zip(own, call.source(argument).shape, strict=True) if n == 1}
    fixed = {c: at for c, at in fixed.items() if c not in stretched or known.sizes[c] == 1}
    others = {name: call.source(name) for name in known.operands if name != argument}
    total = _made(call, known, {"g": g} | others, fixed)
    total.letters = ",".join(own)
    return total


def _added(call: Call, index: Index, g: Source) -> Sum:
    beta, shape = float(call.get("beta", 1)), call.source().shape
    extra = len(g.shape) - len(shape)
    places = grid(
        *(range(n) for n in g.shape[:extra]),
        *(
            [at] if n == whole else range(whole)
            for at, n, whole in zip(index, shape, g.shape[extra:], strict=True)
        ),
    )
    gradient = read_each(g, places)
    scaled = gradient.number * constant(beta) if beta != 1 else gradient.number
    return Sum(f"{beta:g} ⋅ {g.name}[…]", [Terms((gradient,), scaled)])


def _connect(call: Call, argument: str) -> Links | None:
    """A letter of both is read at the same place; any other at every place."""
    known = _letters(call)
    letters = known.operands.get(argument)
    if letters is None or len(set(letters)) < len(letters):
        return None
    order = {c: n for n, c in enumerate(known.output)}
    if [order[c] for c in letters if c in order] != sorted(order[c] for c in letters if c in order):
        return None
    shape = dict(zip(letters, call.source(argument).shape, strict=True))
    links, rest = [], list(letters)
    for letter in known.output:
        if letter in rest:
            while rest[0] != letter:
                links.append(every(shape[rest.pop(0)], None))
            links.append(_both(shape[rest.pop(0)], known.sizes[letter]))
        else:
            links.append(every(None, known.sizes[letter]))
    return Links(*links, *(every(shape[c], None) for c in rest))


def _both(size: int, out: int) -> Link:
    if size == out:
        return SAME
    return every(size, out)


_OPS = "matmul rmatmul mm bmm mv dot vdot outer ger"
RULES = [
    Rule(_OPS, "input other", forward, backward, _connect),
    *(
        Rule(name, f"input {' '.join(factors)}", forward, backward, _connect)
        for name, factors in _ADDED.items()
    ),
    Rule("einsum", "equation input other third fourth fifth", forward, backward, _connect),
]
