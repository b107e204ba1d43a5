"""Which panes have a place beside the tour, on how large a screen."""

from __future__ import annotations

from collections.abc import Collection

TABS = frozenset({"code", "explain", "autograd", "log"})
"""Panes that share the place of the tabs."""
TENSORS = frozenset({"tensor", "gradient"})
SIDE = frozenset({"image", "output", "loss"})
UPPER = TENSORS | {"layers"}
ALL = UPPER | SIDE | {"tabs"}
CONTAINERS = {"tensors": TENSORS, "upper": UPPER, "work": UPPER | {"tabs"}, "side": SIDE}
"""Ids of what holds panes; one that holds nothing to be seen has no place either."""

TWO, THREE = 112, 160
"""Columns from which there are two columns of panes beside the tour, or three."""
TALL = 34
"""Rows from which the tabs have room too."""


def placed(panes: Collection[str], cols: int, rows: int) -> frozenset[str]:
    """Ids of the panes and containers to be seen; those in ``panes`` before all others."""
    wanted = {"tabs" if name in TABS else name for name in panes} & ALL
    if cols >= THREE:
        panes = ALL if rows >= TALL or "tabs" in wanted else ALL - {"tabs"}
    elif cols >= TWO:
        panes = _two_columns(wanted, rows)
    else:
        panes = _one_column(wanted, set(panes), rows)
    holders = {name for name, held in CONTAINERS.items() if held & panes}
    return frozenset(panes | holders)


def _two_columns(wanted: set[str], rows: int) -> frozenset[str]:
    """The tabs only where they are as wide as both columns: code has no room in one of them."""
    tensors = TENSORS if "tensor" not in wanted else TENSORS & wanted
    if not wanted & SIDE:
        return tensors | {"layers"} | ({"tabs"} if rows >= TALL else wanted & {"tabs"})
    if wanted & TENSORS:
        return SIDE | tensors
    return SIDE | {"layers"} | ({"tensor"} if rows >= TALL else set()) | (wanted & {"tabs"})


def stacked(panes: frozenset[str], cols: int) -> bool:
    """Whether the layers and the tensors share one column, one below the other."""
    return TWO <= cols < THREE and {"side", "layers", "tensors"} <= panes


def _one_column(wanted: set[str], panes: set[str], rows: int) -> frozenset[str]:
    """One below the other. The tour's own text shows the code already, and the image is tall."""
    if rows >= TALL:
        return frozenset(wanted | {"layers", "tensor"})
    least = wanted - {"image"} - ({"tabs"} if "code" in panes else set())
    return frozenset(least or {"layers", "tensor"})
