"""Other names of the parameters' live numbers, kept from iteration to iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from torch import Tensor

T = TypeVar("T")


class Aliases(Generic[T]):
    """``make(parameters)``, made anew where a model has put other data into a parameter.

    What was made holds the old data, so that no other can come to be in its place.
    """

    def __init__(self, parameters: Sequence[Tensor], make: Callable[[Sequence[Tensor]], T]) -> None:
        self._parameters = parameters
        self._make = make
        self._places: list[int] = []
        self._made: T

    def __call__(self) -> T:
        places = [p.data_ptr() for p in self._parameters]
        if not self._places or places != self._places:
            self._places, self._made = places, self._make(self._parameters)
        return self._made
