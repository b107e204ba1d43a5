"""Objects with a state of their own that a step may draw from: generators, queues.

They stay the same objects; their state is written down, and set again.
"""

from __future__ import annotations

import random
from collections import deque
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
    return value.get_state() if isinstance(value, torch.Generator) else list(value)


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
        value.clear()
        value.extend(state)


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
