"""A batch with another input, or with the targets of other samples."""

from __future__ import annotations

import torch
from torch import Tensor

from lenet_tui.training.engine.batch import Batch


def zeroed_input(batch: Batch) -> Batch | None:
    """The same batch with nothing in its inputs; ``None``: it has none that could be emptied.

    Numbers become 0; whole numbers, which may be tokens, the first one that is there. What is true
    or false stays, as it may be a mask.
    """
    targets = {id(t) for name, t in batch.named.items() if _is_target(name)}
    changed: list[bool] = []

    def change(tensor: Tensor) -> Tensor:
        if id(tensor) in targets or not tensor.numel() or tensor.dtype == torch.bool:
            return tensor.clone()
        whole = not (tensor.is_floating_point() or tensor.is_complex())
        made = torch.full_like(tensor, tensor.flatten()[0].item() if whole else 0)
        changed.append(not torch.equal(made, tensor))
        return made

    made = batch.map(change)
    return made if any(changed) else None


def shuffled_targets(batch: Batch) -> tuple[Batch | None, int]:
    """The same batch where each sample has the target of another one, and how many differ then.

    ``None``: there are no targets that are told apart from the inputs, or all are the same.
    """
    targets = {id(t): t for name, t in batch.named.items() if _is_target(name)}
    inputs = {id(t) for name, t in batch.named.items() if name.startswith("input")}
    first = batch.named.get("target")
    shared = {id(t) for t in targets.values()} & inputs and not batch.kwargs
    if first is None or shared or not first.dim() or len(first) < 2:
        return None, 0
    size = len(first)

    def different(by: int) -> int:
        return int((first != first.roll(by, 0)).reshape(size, -1).any(1).sum())

    by = max(range(1, size), key=different)
    if not different(by):
        return None, 0

    def change(tensor: Tensor) -> Tensor:
        mine = id(tensor) in targets and tensor.dim() and len(tensor) == size
        return tensor.roll(by, 0) if mine else tensor.clone()

    return batch.map(change), different(by)


def _is_target(name: str) -> bool:
    return name.startswith("target")
