"""Which panes have a place beside the tour, on how large a screen."""

from __future__ import annotations

from collections.abc import Collection

TABS = frozenset({"code", "explain", "autograd", "log"})
"""Panes of the deck."""
TENSORS = frozenset({"tensor", "gradient"})
SIDE = frozenset({"image", "output", "loss"})
UPPER = TENSORS | {"layers"}
ALL = UPPER | SIDE | {"deck"}
CONTAINERS = {
    "tensors": TENSORS,
    "upper": UPPER,
    "work": UPPER | {"deck"},
    "side": SIDE,
}
"""Ids of what holds panes; one that holds nothing to be seen has no place either."""

TWO, THREE = 112, 160
"""Columns from which there are two columns of panes beside the tour, or three."""
TALL = 34
"""Rows from which the deck has room too."""


def placed(look: Collection[str], cols: int, rows: int) -> frozenset[str]:
    """Ids of the panes and containers to be seen; those in ``look`` before all others."""
    wanted = {"deck" if name in TABS else name for name in look} & ALL
    if cols >= THREE:
        panes = ALL if rows >= TALL or "deck" in wanted else ALL - {"deck"}
    elif cols >= TWO:
        panes = _two_columns(wanted, rows)
    else:
        panes = _one_column(wanted, set(look), rows)
    holders = {name for name, held in CONTAINERS.items() if held & panes}
    return frozenset(panes | holders)


def _two_columns(wanted: set[str], rows: int) -> frozenset[str]:
    """The deck only where it is as wide as both: a line of code has no room in one of them."""
    tensors = TENSORS if "tensor" not in wanted else TENSORS & wanted
    if not wanted & SIDE:
        return tensors | {"layers"} | ({"deck"} if rows >= TALL else wanted & {"deck"})
    if wanted & TENSORS:
        return SIDE | tensors
    return SIDE | {"layers"} | ({"tensor"} if rows >= TALL else set()) | (wanted & {"deck"})


def stacked(panes: frozenset[str], cols: int) -> bool:
    """Whether the layers and the tensors share one column, one below the other."""
    return TWO <= cols < THREE and {"side", "layers", "tensors"} <= panes


def _one_column(wanted: set[str], look: set[str], rows: int) -> frozenset[str]:
    """One below the other. The code stands in the tour's own text, and the image is tall."""
    if rows >= TALL:
        return frozenset(wanted | {"layers", "tensor"})
    least = wanted - {"image"} - ({"deck"} if "code" in look else set())
    return frozenset(least or {"layers", "tensor"})
