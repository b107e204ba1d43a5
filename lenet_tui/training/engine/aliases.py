"""Values that share the parameters' memory, cached from iteration to iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from torch import Tensor

T = TypeVar("T")


class Aliases(Generic[T]):
    """``make(parameters)``, called again where a model has put other data into a parameter.

    The cached value holds the old data, so that nothing else can be allocated at its address.
    """

    def __init__(self, parameters: Sequence[Tensor], make: Callable[[Sequence[Tensor]], T]) -> None:
        self._parameters = parameters
        self._make = make
        self._addresses: list[int] = []
        self._value: T

    def __call__(self) -> T:
        addresses = [p.data_ptr() for p in self._parameters]
        if not self._addresses or addresses != self._addresses:
            self._addresses, self._value = addresses, self._make(self._parameters)
        return self._value
