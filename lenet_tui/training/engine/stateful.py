"""Objects with a state of their own: generators, queues, and containers of other classes than
Python's own lists and dictionaries.

They stay the same objects; their state is written down, and set again. None of their owner's code
is run for that, as it may do more than to put something in.
"""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

KINDS = (random.Random, np.random.Generator, torch.Generator, deque)


def state_of(value: Any) -> Any:
    """The state in plain values and tensors."""
    if isinstance(value, random.Random):
        version, words, gauss = value.getstate()
        return [version, list(words), gauss]
    if isinstance(value, np.random.Generator):
        return _listed(value.bit_generator.state)
    if isinstance(value, torch.Generator):
        return value.get_state()
    kind = base(value)
    return dict(kind.items(value)) if issubclass(kind, dict) else list(kind.__iter__(value))


def set_state(value: Any, state: Any) -> None:
    """Go on from a state that ``state_of`` returned."""
    if isinstance(value, random.Random):
        version, words, gauss = state
        value.setstate((version, tuple(words), gauss))
    elif isinstance(value, np.random.Generator):
        value.bit_generator.state = _arrays(state)
    elif isinstance(value, torch.Generator):
        value.set_state(state.cpu())
    else:
        kind = base(value)
        kind.clear(value)
        if isinstance(state, dict):
            for key, part in state.items():
                kind.__setitem__(value, key, part)
        else:
            kind.extend(value, state)


def base(value: Any) -> Any:
    """The class of Python's own that a container is of."""
    return next(kind for kind in (OrderedDict, dict, list, deque) if isinstance(value, kind))


def items(container: Any) -> Iterable[tuple[Any, Any]]:
    """The places or keys of a container, each with what is there."""
    several = tuple.__iter__(container) if isinstance(container, tuple) else state_of(container)
    return several.items() if isinstance(several, dict) else enumerate(several)


def remade(kind: Any, parts: Iterable[Any]) -> Any:
    """A tuple of a class, as its ``__new__`` may want something else."""
    try:
        return tuple.__new__(kind, parts)
    except TypeError:  # of a class written in C
        return kind(parts)


def _listed(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _listed(part) for key, part in state.items()}
    if isinstance(state, np.ndarray):
        return {"array": state.tolist(), "dtype": str(state.dtype)}
    return state


def _arrays(state: Any) -> Any:
    if not isinstance(state, dict):
        return state
    if state.keys() == {"array", "dtype"}:
        return np.array(state["array"], dtype=state["dtype"])
    return {key: _arrays(part) for key, part in state.items()}
