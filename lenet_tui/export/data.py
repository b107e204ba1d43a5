"""Which samples a session takes, and the statements that take them."""

from __future__ import annotations

from collections.abc import Callable

from lenet_tui.export import statements
from lenet_tui.protocol.edit_statement import statement
from lenet_tui.protocol.moves import Draw, Edit
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected


class SampleDraws:
    """Follows the data of a session as ``training/engine/dataset.py`` hands it out.

    ``taken``: for each source, how many samples of the order of each epoch were drawn. ``names``:
    the script's name of each source. ``size_of``: how many samples a source has to train on.
    ``labels``: whether the present batch's target is class numbers. ``fixed``: whether there are
    random tensors.
    """

    def __init__(self, size_of: Callable[[str], int]) -> None:
        self.taken: dict[str, dict[int, int]] = {}
        self.names: dict[str, str] = {}
        self.labels = False
        self.fixed = False
        self._size_of = size_of
        self._source = ""
        self._size = 0
        self._epoch = self._offset = 0
        self._fetched = False
        self._device = "cpu"
        self._changes: list[str] = []

    def begin(self) -> None:
        """A new iteration: its first forward takes a new batch."""
        self._fetched = False

    def first_of_iteration(self) -> bool:
        """Whether the iteration has not taken its batch yet; from now on it has."""
        first, self._fetched = not self._fetched, True
        return first

    def change(self, move: Edit | Draw) -> None:
        """Have the next batch be changed by hand."""
        if isinstance(move, Edit):
            self._changes.append(statement(move))
            return
        at = move.sample
        self._changes.append(f'input[{at}, 0] = picture("{move.pixels}", input)')
        if move.target is not None:
            self._changes.append(f"target[{at}] = {move.target}")

    def draw(self, size: int) -> tuple[str, ...]:
        """Draw the random tensors."""
        self._source, self._size, self.fixed, self._device = "random", size, True, "cpu"
        return statements.draw(size)

    def fetch(self, options: Options) -> tuple[list[str], list[str]]:
        """The statements that take a batch, and those that must come before the first of them."""
        if self._fetched:
            return [], []
        self._fetched = True
        changes, self._changes = self._changes, []
        if options.data == "random":
            if changes:  # the tensors are those of every iteration
                raise Rejected("export:change-of-input")
            return [], self._random(options)
        prepared: list[str] = []
        self.labels, self.fixed = True, False
        name = self.names.setdefault(options.data, self._new_name(options.data))
        if self._source != options.data:
            self._source, self._epoch, self._offset = options.data, 0, 0
            prepared = [f"{name} = Samples(seed={options.seed}, **{name.upper()})"]
        self._size = options.batch_size
        self._take(options.data, options.batch_size)
        device, seed = options.device != "cpu", f"{name}.drawn, "
        taken = statements.batch(name, options, device=device, seed=seed)
        return [*taken, *changes], prepared

    def _random(self, options: Options) -> list[str]:
        prepared: list[str] = []
        self.labels = False
        if not self.fixed or (self._source, self._size) != ("random", options.batch_size):
            prepared += self.draw(options.batch_size)
        if self._device != options.device:
            self._device = options.device
            names = ("input", "vector", "target")
            moved = ", ".join(f"{name}.to(device)" for name in names)
            prepared.append(f"{', '.join(names)} = {moved}")
        return prepared

    def _take(self, source: str, size: int) -> None:
        total = self._size_of(source)
        self._offset += size
        epochs = self.taken.setdefault(source, {})
        epochs[self._epoch] = max(epochs.get(self._epoch, 0), min(self._offset, total))
        if self._offset >= total:
            self._epoch, self._offset = self._epoch + 1, 0

    def _new_name(self, source: str) -> str:
        if source == "digits":
            return "digits"
        others = sum(name != "digits" for name in self.names.values())
        return f"samples{others + 1}" if others else "samples"
