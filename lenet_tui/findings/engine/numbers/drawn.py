"""Numbers drawn at random that a loss depends on, to be compared with those of the step before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.data_flow import leading
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.repeats import digest
from lenet_tui.training.engine import batch

DRAWS = frozenset(
    ("randn", "rand", "randint", "randn_like", "rand_like", "randint_like", "normal", "bernoulli",
     "randperm", "multinomial", "uniform", "exponential", "poisson", "log_normal", "random")
)  # fmt: skip
"""Functions that draw numbers at random, without a ``_`` at their end."""
CONTRACT = frozenset(("matmul", "mm", "bmm", "linear", "einsum", "conv1d", "conv2d", "conv3d"))
BITS = 24
"""What does not come out the same twice by chance: the bits of one number drawn as a float."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """``call`` drew numbers, or was the first to be given them; ``content``: a digest of them.

    ``numpy``: no function of torch drew them, so NumPy may have.
    """

    call: Call
    tensor: Tensor
    content: str
    numpy: bool = False


def drawn(iteration: Iteration) -> Iterator[Drawn]:
    """The draws of an iteration that go on to a backward, or decide what is done.

    From a generator of one's own only such as have a number for each sample: a projection that is
    drawn anew from the same seed each time is meant to stay as it is.
    """
    sizes = _sizes(iteration)
    for call in iteration.calls:
        if call.name not in DRAWS:
            continue
        made = call.made[:1] or [t for t, _ in call.written[:1]]
        if not made or not _counts(made[0], iteration):
            continue
        own = call.kwargs.get("generator") is not None
        if not own or _for_samples(iteration, made[0], sizes):
            yield Drawn(call, made[0], digest(made[0]))
    yield from _from_numpy(iteration)


def _counts(tensor: Tensor, iteration: Iteration) -> bool:
    goes_on = id(tensor) in iteration.once(_going_on)
    return goes_on and not tensor.is_meta and _bits(tensor) >= BITS


def _going_on(iteration: Iteration) -> set[int]:
    """The ``id`` of each tensor that goes on to a backward, or decides what is done."""
    goes_on = set(iteration.once(leading))
    decided = False
    for call in reversed(iteration.calls):
        decides = call.name == "bool" and call.graph
        decided = decided or decides
        if decides or (decided and any(id(t) in goes_on for t in call.made)):
            goes_on |= {id(t) for t, _ in call.read}
    return goes_on


def _from_numpy(iteration: Iteration) -> Iterator[Drawn]:
    """Yields tensors of numbers that are none of the batch's or model's, and were not computed."""
    known = set(iteration.trainer.names) | {id(t) for t in iteration.buffers.values()}
    if iteration.tape.batch is not None:
        known |= {id(t) for t in batch.tensors(iteration.tape.batch.whole)}
    for call in iteration.calls:
        if call.name in FROM_NUMPY:
            given = call.made
        else:
            given = [t for t, _ in call.read if id(t) not in known and t.grad_fn is None]
            known |= {id(t) for t in (*call.made, *given)}
        for tensor in given:
            if tensor.is_floating_point() and _counts(tensor, iteration):
                yield Drawn(call, tensor, digest(tensor), True)


FROM_NUMPY = frozenset(("tensor", "as_tensor", "asarray"))


def _sizes(iteration: Iteration) -> set[int]:
    """How many samples the tensors of the batch have."""
    if iteration.tape.batch is None:
        return set()
    return {t.shape[0] for t in batch.tensors(iteration.tape.batch.whole) if t.dim()} - {1}


def _for_samples(iteration: Iteration, made: Tensor, sizes: set[int]) -> bool:
    if not made.dim() or made.shape[0] not in sizes:
        return False
    readers = [c for c in iteration.calls if any(t is made for t, _ in c.read)]
    return bool(readers) and not any(c.name in CONTRACT for c in readers)


def _bits(tensor: Tensor) -> float:
    """About how many bits were drawn: of few different numbers, by how often each came."""
    if tensor.layout is not torch.strided or not tensor.numel() or tensor.is_complex():
        return 0.0
    some = tensor.detach().flatten()[:SOME]
    counts = some.unique(return_counts=True)[1].double()  # type: ignore[no-untyped-call]
    if some.is_floating_point() and 2 * len(counts) > len(some):
        return float(BITS * len(some))
    return float((counts * (len(some) / counts).log2()).sum())


SOME = 4096
"""Numbers of a tensor that say how many bits were drawn."""
