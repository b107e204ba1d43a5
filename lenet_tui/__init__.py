"""lenet-tui: watch a neural network learn, one step at a time, in real PyTorch.

From a script of one's own, where the objects exist already::

    import lenet_tui as lt

    lt.step(model, batch, loss, optimizer)      # the screen on this one step, then all as before
    lt.step(train_step, batch)                  # the same on a function of one's own
    lt.here()                                   # the same on what stands around this line
    lt.check(train_step, batch).raise_if_any()  # no screen: what is wrong with it, for a test

``PYTHONBREAKPOINT=lenet_tui.here`` has ``breakpoint()`` do the last.
"""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any, overload

from lenet_tui.version import __version__ as __version__

if TYPE_CHECKING:
    from lenet_tui.findings.checked import Checked
    from lenet_tui.script.engine.types import (
        GradScaler,
        Loss,
        Module,
        Optimizer,
        Scheduler,
        TrainStep,
    )

__all__ = ["check", "here", "step"]


@overload
def step(
    model: Module,
    batch: Any,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    *,
    scheduler: Scheduler | None = None,
    scaler: GradScaler | None = None,
    keep: bool = False,
) -> None: ...


@overload
def step(model: TrainStep, batch: Any, *, keep: bool = False) -> None: ...


def step(
    model: Module | TrainStep,
    batch: Any,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    *,
    scheduler: Scheduler | None = None,
    scaler: GradScaler | None = None,
    keep: bool = False,
) -> None:
    """Look at one training step: forwards and backwards, op by op, and iteration by iteration.

    The screen opens on this terminal (or where ``LENET_TUI_TTY`` says), and each iteration repeats
    the step on ``batch``. When it is left, the script goes on, and everything is as it was, to the
    bit: parameters, buffers, gradients, optimizer, scheduler, scaler, modes, every generator.

    >>> for batch in loader:                                       # doctest: +SKIP
    ...     lt.step(model, batch, nn.CrossEntropyLoss(), optimizer)
    ...     ...                                                    # the loop, as it was

    ``model`` is a module, and ``batch`` what it is trained on: a pair is (inputs, target); inputs
    go in as ``model(tensor)``, ``model(*tuple)`` or ``model(**dict)``, and so does a batch that is
    no pair. ``loss`` is called as ``loss(output, target)``; without one the model returns it. It
    may also be a closure without arguments, for an optimizer that takes one. Or the first argument
    is a function of the batch that does the whole step in its own order:

    >>> def train_step(batch):                                     # doctest: +SKIP
    ...     optimizer.zero_grad()
    ...     loss = criterion(model(batch[0]), batch[1])
    ...     loss.backward()
    ...     clip_grad_norm_(model.parameters(), 1.0)
    ...     optimizer.step()
    >>> lt.step(train_step, batch)                                 # doctest: +SKIP

    Its module and optimizer are found among what its code refers to. With ``keep`` things stay as
    the last finished iteration left them, instead of being undone.

    Without a terminal the step is printed, as ``lenet-tui trace`` does, and the script goes on; it
    never waits there. Raises ``TypeError`` for what is no step, and ``KeyboardInterrupt`` where the
    person ends the program from the screen.
    """
    _prepare()
    from lenet_tui.script.engine import door  # noqa: PLC0415 - torch comes with it

    more = {"scheduler": scheduler, "scaler": scaler}
    door.step(door.line_of(sys._getframe(1)), (model, batch, loss, optimizer), more, keep)


def here(*args: object, **kwargs: object) -> None:
    """Look at the step whose parts stand around this line, as ``step`` does.

    Model, batch, loss and optimizer are found among the caller's variables, by their types and by
    the names that people use. One line says which they are; where that is not clear it is asked on
    the terminal, and without one the line says how to call ``step``. The arguments are those of
    ``breakpoint()``, and mean nothing:

    >>> # PYTHONBREAKPOINT=lenet_tui.here python train.py
    >>> for x, y in loader:                                        # doctest: +SKIP
    ...     breakpoint()
    """
    _prepare()
    from lenet_tui.script.engine import around_a_line  # noqa: PLC0415 - torch comes with it

    around_a_line.look(sys._getframe(1))


@overload
def check(
    model: Module,
    batch: Any,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    *,
    scheduler: Scheduler | None = None,
    scaler: GradScaler | None = None,
    iterations: int = 3,
) -> Checked: ...


@overload
def check(model: TrainStep, batch: Any, *, iterations: int = 3) -> Checked: ...


def check(
    model: Module | TrainStep,
    batch: Any,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    *,
    scheduler: Scheduler | None = None,
    scaler: GradScaler | None = None,
    iterations: int = 3,
) -> Checked:
    """Say what is wrong with a training step, with numbers, or nothing; without a screen.

    Takes what ``step`` takes, runs it a few times with everything recorded, and undoes it to the
    bit. In a test:

    >>> def test_step():                                           # doctest: +SKIP
    ...     lt.check(model, batch, nn.CrossEntropyLoss(), optimizer).raise_if_any()

    ``raise_if_any(allow=("no-gradient",))`` raises ``AssertionError`` for every other error or
    warning; ``findings`` has them as values, ``str`` as text. What the step itself raises is a
    finding too. Among processes that train together nothing is run: a line says so, and
    ``not_checked`` why. Raises ``TypeError`` for what is no step.
    """
    _prepare()
    from lenet_tui.script.engine import checking  # noqa: PLC0415 - torch comes with it

    more = {"scheduler": scheduler, "scaler": scaler}
    return checking.checked((model, batch, loss, optimizer), more, iterations)


def _prepare() -> None:
    """Import what draws from Python's generator when it is first imported, which rich does."""
    state = random.getstate()
    import rich.style  # noqa: F401, PLC0415

    random.setstate(state)
