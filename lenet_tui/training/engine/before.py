"""What a script's objects were before a session ran on them, and how they become that again.

The objects stay the same: what they hold is put back into them. The tensors' numbers are kept once,
in main memory.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.grad_mode import _unsafe_preserve_version_counter

from lenet_tui.training.engine import cuda_generators, rng_guard, stateful
from lenet_tui.training.engine.generators import host_generators, restore_host_generators
from lenet_tui.training.engine.reached import HOOKS, Reached, reached_from
from lenet_tui.training.engine.referenced import MISSING


class Before:
    """The state of all that is reached from ``roots`` and from the code of ``functions``."""

    def __init__(self, roots: Iterable[Any], functions: Iterable[Callable[..., Any]]) -> None:
        self._found = found = reached_from(roots, functions)
        cuda_generators.watch(found.modules)
        self._dicts = [(d, dict(dict.items(d))) for d in found.dicts]
        self._lists = [(values, list(list.__iter__(values))) for values in found.lists]
        self._deques = [(values, list(values)) for values in found.deques]
        self._sets = [(values, set(values)) for values in found.sets]
        self._places = [(place, place.get()) for place in found.places]
        self._classes = [(kind, _plain_of(kind)) for kind in found.classes]
        self._arrays = [(array, array.copy()) for array in found.arrays]
        self._tensors = [_Kept(tensor) for tensor in found.tensors]
        counted = [t for t in found.tensors if not t.is_inference()]
        self._versions = [_unsafe_preserve_version_counter(t) for t in counted]
        self._settings = Settings()
        self._generators = [(g, _state(g)) for g in found.generators]
        self._random = _Random()

    @property
    def reached(self) -> Reached:
        """What was found."""
        return self._found

    def restore(self) -> None:
        """Put everything back, to the bit; after an exception too.

        What cannot be put back keeps nothing else from it; the first such exception is raised.
        """
        failed: list[Exception] = []
        with torch.no_grad():
            for put_back in self._pieces():
                try:
                    put_back()
                except Exception as error:  # noqa: BLE001 - raised below
                    failed.append(error)
        self._end()  # the mode of gradients too
        if failed:
            raise failed[0]

    def _pieces(self) -> Iterator[Callable[[], None]]:
        """Yields what puts a piece of the state back, in order: first what holds what."""
        for values, before in self._dicts:
            yield partial(_restore_dict, values, before)
        yield self._restore_structure
        for kept in self._tensors:
            yield kept.restore
        for version in self._versions:  # a graph that waits for its backward looks at them
            yield partial(version.__exit__, None, None, None)
        for array, copy in self._arrays:
            if array.flags.writeable:
                yield partial(np.copyto, array, copy)
        for generator, state in self._generators:
            yield partial(_set_state, generator, state)
        yield self._random.restore

    def release(self) -> None:
        """Leave what was made; only what was ours goes: settings, and what a look left behind."""
        for values, before in self._dicts:
            for key in [k for k, v in values.items() if isinstance(k, Tensor) and v == {}]:
                if key not in before:  # looked up in an optimizer that makes it
                    del values[key]
        self._end()

    def _end(self) -> None:
        self._settings.restore()
        torch.clear_autocast_cache()

    def _restore_structure(self) -> None:
        """What each list and each name holds; they stay the same, and what they hold too."""
        for listed, items in self._lists:
            if not _same(list.__iter__(listed), items):
                list.__setitem__(listed, slice(None), items)
        for queue, items in self._deques:
            if not _same(queue, items):
                queue.clear()
                queue.extend(items)
        for several, members in self._sets:
            if several != members:
                several.clear()
                several.update(members)
        for place, value in self._places:
            if value is MISSING:
                place.delete()
            elif place.get() is not value:
                place.set(value)
        for kind, attributes in self._classes:
            now = _plain_of(kind)
            for name in now.keys() - attributes.keys():
                delattr(kind, name)
            for name, value in attributes.items():
                if now.get(name, MISSING) is not value:
                    setattr(kind, name, value)


def _restore_dict(values: dict[Any, Any], before: dict[Any, Any]) -> None:
    """By what every dictionary does: a class of its own may do more."""
    now = list(dict.items(values))
    if len(now) == len(before) and all(
        a is b and one is other for (a, one), (b, other) in zip(now, before.items(), strict=True)
    ):
        return
    plain: Any = OrderedDict if isinstance(values, OrderedDict) else dict
    plain.clear(values)
    for key, value in before.items():
        plain.__setitem__(values, key, value)


class _Kept:
    """A tensor with its numbers, its memory, its gradient and what hangs on it."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self._leaf = tensor.is_leaf
        self._requires_grad = tensor.requires_grad
        self._grad = tensor.grad if self._leaf else None
        self._hooks = [dict(h or {}) for h in _hooks(tensor)]
        with torch.no_grad():
            self._data = tensor.data
            self._copy = _copied(self._data)

    def restore(self) -> None:
        tensor, data = self.tensor, self._data
        if not _same_memory(tensor, data):
            tensor.data = data
        _once(data).copy_(_once(self._copy, data))
        if self._leaf:
            if tensor.requires_grad is not self._requires_grad:
                tensor.requires_grad_(self._requires_grad)
            if tensor.grad is not self._grad:
                tensor.grad = self._grad
        for hooks, before in zip(_hooks(tensor), self._hooks, strict=True):
            if hooks is not None and hooks != before:
                hooks.clear()
                hooks.update(before)


def _copied(data: Tensor) -> Tensor:
    return data.detach().to("cpu", copy=True)


def _same_memory(tensor: Tensor, data: Tensor) -> bool:
    if data.layout is not torch.strided or tensor.layout is not torch.strided:
        return True
    return (
        tensor.dtype is data.dtype
        and tensor.device == data.device
        and tensor.data_ptr() == data.data_ptr()
        and tensor.shape == data.shape
        and tensor.stride() == data.stride()
    )


def _once(tensor: Tensor, like: Tensor | None = None) -> Tensor:
    """Without the dimensions along which ``like`` (itself) is one number, as after ``expand``."""
    like = tensor if like is None else like
    if like.layout is torch.strided:
        for dimension, stride in enumerate(like.stride()):
            if stride == 0 and tensor.shape[dimension] > 1:
                tensor = tensor.narrow(dimension, 0, 1)
    return tensor


def _hooks(tensor: Tensor) -> Iterator[dict[Any, Any] | None]:
    """The hooks on a tensor, as torch keeps them."""
    for name in HOOKS:
        yield getattr(tensor, name, None)


def _same(now: Iterable[Any], before: list[Any]) -> bool:
    listed = list(now)
    return len(listed) == len(before) and all(map(operator.is_, listed, before))


def _plain_of(kind: type) -> dict[str, Any]:
    """The attributes of a class that a step may set."""
    return {
        name: value
        for name, value in vars(kind).items()
        if not name.startswith("__") and not callable(value) and not hasattr(value, "__get__")
    }


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.RandomState):
        return generator.get_state()
    return stateful.state_of(generator)


def _set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        stateful.set_state(generator, state)


class _Random:
    """The generators of Python, NumPy and torch, those of the devices too.

    CUDA is not started for it: a script that has not done so may not want it.
    """

    def __init__(self) -> None:
        self._on_cuda = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        self._torch = rng_guard.generators(cuda=self._on_cuda)
        self._host = host_generators()

    def restore(self) -> None:
        rng_guard.restore_generators(self._torch, cuda=self._on_cuda)
        restore_host_generators(self._host)


KINDS = ("cpu", "cuda", "mps")


class Settings:
    """What torch does everywhere in this process."""

    def __init__(self) -> None:
        self._guarded = rng_guard.settings()
        self._grad = torch.is_grad_enabled()
        self._dtype = torch.get_default_dtype()
        self._threads = torch.get_num_threads()
        self._precision = torch.get_float32_matmul_precision()
        self._anomaly = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
        self._autocast = {
            k: (torch.is_autocast_enabled(k), torch.get_autocast_dtype(k)) for k in KINDS
        }
        self._cache = torch.is_autocast_cache_enabled()

    def restore(self) -> None:
        """Set what differs."""
        if rng_guard.settings() != self._guarded:
            rng_guard.set_settings(self._guarded)
        if torch.is_grad_enabled() is not self._grad:
            torch.set_grad_enabled(self._grad)
        if torch.get_default_dtype() is not self._dtype:
            torch.set_default_dtype(self._dtype)
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        if torch.get_float32_matmul_precision() != self._precision:
            torch.set_float32_matmul_precision(self._precision)
        if (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()) != self._anomaly:
            torch.autograd.set_detect_anomaly(*self._anomaly)
        for kind, (enabled, dtype) in self._autocast.items():
            if torch.is_autocast_enabled(kind) is not enabled:
                torch.set_autocast_enabled(kind, enabled)
            if torch.get_autocast_dtype(kind) is not dtype:
                torch.set_autocast_dtype(kind, dtype)
        torch.set_autocast_cache_enabled(self._cache)
