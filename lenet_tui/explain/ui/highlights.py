"""What the other panes highlight of an explanation: its cell, its regions, the chosen operand."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.explain.cell_address import Cell, CellError, parse_cell
from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.tensors.regions import Region, parts
from lenet_tui.tensors.tiling import Index, Shape
from lenet_tui.tensors.ui.heatmap.heatmap import Heatmap
from lenet_tui.tensors.ui.tensor_pane import SUFFIX, TensorPane


def light(panes: Iterable[TensorPane], found: Explanation | None, operand: Operand | None) -> None:
    """Mark in each pane what belongs to the explanation; ``None``: nothing."""
    for pane in panes:
        arrangement = pane.heatmap.arrangement
        marked: tuple[Region, ...] = ()
        if arrangement is not None and found is not None:
            marked = regions(pane.name_asked, arrangement.shape, found, operand)
        pane.heatmap.highlight(*marked)


def regions(
    name: str, shape: Shape, found: Explanation, operand: Operand | None
) -> tuple[Region, ...]:
    """The regions of the tensor ``name``; single elements last, to be drawn over the others."""
    cell = cell_of(found.cell)
    marked = [(first, last) for tensor, first, last in found.fields if tensor == name]
    if cell is not None and cell.name == name:
        marked.append((cell.index, cell.index))
    if operand is not None and operand.tensor == name:
        marked.append((operand.index, operand.index))
    return tuple(dict.fromkeys(part for region in marked for part in parts(shape, *region)))


def point(pane: TensorPane, index: Index) -> None:
    """Put a pane's cursor on an element of what it shows, and scroll there."""
    if index and pane.sample != index[0]:
        pane.sample = index[0]
    pane.heatmap.cursor = pane.table.cursor = index
    pane.post_message(pane.LookChanged())
    pane.call_after_refresh(_scroll, pane, index)


def _scroll(pane: TensorPane, index: Index) -> None:
    arrangement = pane.heatmap.arrangement
    if arrangement is None or len(arrangement.shape) != len(index) or not arrangement.columns:
        return
    if any(i >= n for i, n in zip(index, arrangement.shape, strict=True)):
        return
    tile = arrangement.spot(index)[0]
    if arrangement.origin(tile) is None:
        row = (tile - arrangement.first) // arrangement.columns
        pane.heatmap.post_message(Heatmap.Scrolled(row))


def cell_of(text: str) -> Cell | None:
    """The cell that ``text`` is; ``None`` if it is none."""
    try:
        return parse_cell(text)
    except CellError:
        return None


def tensor_and_aspect(cell: Cell) -> tuple[str, str]:
    """What a tensor pane is to show for a cell: ``conv1.weight`` and ``gradient``."""
    for aspect, suffix in SUFFIX.items():
        if suffix and cell.tensor.endswith(suffix):
            return cell.tensor.removesuffix(suffix), aspect
    return cell.tensor.removesuffix(".new"), "value"
