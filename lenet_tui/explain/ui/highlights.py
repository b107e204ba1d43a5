"""What the other panes highlight of an explanation: its cell, its regions, the chosen operand."""

from __future__ import annotations

from collections.abc import Collection

from lenet_tui.explain.cell_address import Cell, CellError, parse_cell
from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.tensors.regions import Highlight
from lenet_tui.tensors.tiling import Index
from lenet_tui.tensors.ui.heatmap.heatmap import Heatmap
from lenet_tui.tensors.ui.tensor_pane import SUFFIX, TensorPane

INPUT = "input"


def highlights(found: Explanation | None, operand: Operand | None) -> tuple[Highlight, ...]:
    """The blocks to mark: an explanation's regions, then its cell and the chosen operand, so that
    single elements are drawn over the others.
    """
    if found is None:
        return ()
    cell = cell_of(found.cell)
    marked = list(found.regions)
    if cell is not None:
        marked.append((cell.name, cell.index, cell.index))
    if operand is not None:
        marked.append((operand.tensor, operand.index, operand.index))
    return tuple(marked)


def point(pane: TensorPane, index: Index) -> None:
    """Put a pane's cursor on an element of what it shows, and scroll there."""
    if index and pane.sample != index[0]:
        pane.sample = index[0]
    pane.heatmap.cursor = pane.table.cursor = index
    pane.post_message(pane.RequestsChanged())
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


def editable(text: str, parameters: Collection[str]) -> bool:
    """Whether a cell is a number of a parameter or of the input, as it is now."""
    cell = cell_of(text)
    return cell is not None and cell.iteration is None and cell.tensor in (INPUT, *parameters)


def tensor_and_aspect(cell: Cell) -> tuple[str, str]:
    """What a tensor pane is to show for a cell: ``conv1.weight`` and ``gradient``."""
    for aspect, suffix in SUFFIX.items():
        if suffix and cell.tensor.endswith(suffix):
            return cell.tensor.removesuffix(suffix), aspect
    return cell.tensor.removesuffix(".new"), "value"
