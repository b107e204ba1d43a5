"""Records one iteration of a script, from after an update to the end of the next one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn, overrides
from torch.optim import Optimizer
from torch.utils.data.dataloader import _BaseDataLoaderIter

from lenet_tui.around.engine.beside import Beside
from lenet_tui.around.engine.once import Once
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, OTHER, UPDATE
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.holders import Holders
from lenet_tui.tape.engine.in_place import Made
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.tape.engine.op_names import OpNames
from lenet_tui.tape.engine.op_recorder import OUTSIDE
from lenet_tui.tape.engine.step_recorder import ASKED, StepRecorder
from lenet_tui.tape.engine.step_state import StepState
from lenet_tui.training.engine import aside, batch, compiled_calls, global_hooks, observed_calls
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.function_modes import take_off
from lenet_tui.training.engine.trainer import Trainer

LEAD = 4
"""Forwards without gradients that are on the tape together before the first with them."""
NEXT = "__next__"


Over = Callable[[nn.Module | None, Any], bool]
"""Asked where an iteration may begin after an update by hand, with the module that is called."""


class AllHolders(Holders):
    """Of the ops that are recorded, and of those of earlier iterations, list by list."""

    def __init__(self, ops: list[OpEntry], past: Iterable[list[OpEntry]]) -> None:
        super().__init__(ops)
        self._earlier = [Holders(each) for each in past]

    def holds(self, numbers: Collection[int]) -> bool:
        return super().holds(numbers) or any(each.holds(numbers) for each in self._earlier)

    def protect(self, written: Set[int], made: Made, alone: Mapping[int, int]) -> None:
        super().protect(written, made, alone)
        for each in self._earlier:
            each.protect(written, made, alone)


class IterationRecorder(StepRecorder):
    """A step recorder that is begun and ended between two calls of the script.

    What an evaluation between two iterations runs is left out: forwards without gradients that
    come first, of a module that is trained after them, or of which there are many; ``left_out``
    counts them. So is what a ``DataLoader`` does for a batch. ``batch``: what the first outermost
    module with gradients was given. The optimizers' hooks are the caller's. ``optimized``:
    the script has optimizers. Where ``over`` returns true, what is called then is no longer
    recorded here. ``skipped`` is called where a scaler has left out an update. ``past``: the
    ops of tapes that are kept. ``broke`` is called
    where something here has failed.
    """

    def __init__(
        self,
        paths: Paths,
        state: StepState,
        passed: Callable[[int, str], None],
        enters: Callable[[str], None],
        file: str,
        *,
        optimized: bool = True,
        over: Over = lambda module, args: False,
        skipped: Callable[[], None] | None = None,
        past: Iterable[list[OpEntry]] = (),
        broke: Callable[[Exception], None] | None = None,
    ) -> None:
        super().__init__(paths, state, passed, enters, file)
        self._over, self._optimized, self._broke = over, optimized, broke
        self._skipped = skipped
        self._past = list(past)
        self._holders = AllHolders(self.entries, self._past)
        self.batch: Batch | None = None
        self.left_out = 0
        self._led: list[int] | None = []
        """The ``id`` of each module that ran without gradients; ``None``: one has run with them."""
        self._lead = 0
        """How many ops there were when the last forward without gradients had ended."""
        self._left: nn.Module | None = None
        """The module that has returned last."""
        self._active = ExitStack()

    def beside(self, beside: Beside, trainer: Trainer) -> None:
        """Tell somebody of what is recorded; before ``begin``."""
        beside.begins(trainer)
        self._active.callback(beside.closes)
        self.make = beside.makes

    def begin(self) -> None:
        """Record from now on."""
        self._know_parameters()
        self._hook()
        self.segments.begin()
        self._active.callback(self._leave)
        self._active.callback(setattr, _BaseDataLoaderIter, NEXT, self._hush_data())
        self._active.enter_context(observed_calls.observed_by(self))
        self._active.enter_context(compiled_calls.recorded())
        self._active.enter_context(aside.silenced_by(self._silently))
        overrides._push_mode(self)  # type: ignore[no-untyped-call]

    def _hush_data(self) -> Callable[[Any], Any]:
        """Have no op of a ``DataLoader`` recorded; returns its method as it was."""
        original: Callable[[Any], Any] = getattr(_BaseDataLoaderIter, NEXT)

        @functools.wraps(original)
        def hushed(loader: Any) -> Any:
            with self._silently():
                return original(loader)

        setattr(_BaseDataLoaderIter, NEXT, hushed)
        return original

    def _leave(self) -> None:
        take_off(self)

    def end(self) -> None:
        """Record no longer; what was recorded is in ``segments``."""
        self._active.close()
        try:
            self._close()
            self._reconcile()
            self._phases.settle()
        finally:
            self.abandon()
        self._take_target()

    def fail(self) -> bool:
        """After an exception: keep what there is; whether there is anything."""
        self._active.close()
        try:
            return self.close_failed()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Record no longer, and let go of what that took."""
        self._active.close()
        self._unhook()
        self._holders.clear()
        self._copies.clear()

    def _hook(self) -> None:
        self._hooks = [  # for a call that is under way already too
            global_hooks.before_modules(self._module_enters),
            global_hooks.after_modules(self._module_leaves),
            global_hooks.after_modules(self._module_was_given, with_kwargs=True),
            global_hooks.after_modules(self._module_ends, always_call=True),
        ]

    def _module_leaves(self, module: nn.Module, args: Any, output: Any) -> None:
        super()._module_leaves(module, args, output)
        self._left = module
        if self._led and not self._stack:
            self._lead = len(self.entries)

    def _module_ends(self, module: nn.Module, args: Any, output: Any) -> None:
        """A module returns, which is known already, or raises what the script may catch."""
        left, self._left = self._left, None
        if left is module or self._quiet or not self._stack or self._stack[-1][0] is not module:
            return
        self._stack.pop()
        self._outer.pop()
        self._within = self._stack[-1] if self._stack else OUTSIDE

    def before_update(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]] | None:
        """An optimizer's step begins; returns the arguments that it is to have, if others."""
        return self._before_update(optimizer, args, kwargs)

    def after_update(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """An optimizer's step is over."""
        self._after_update(optimizer, args, kwargs)

    # What comes first

    def enters_first(self, module: nn.Module, args: Any) -> None:
        """The module whose call began the recording is entered."""
        self._module_enters(module, args)

    def called(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if kind == observed_calls.ZERO_GRAD and self._updated_by_hand() and self._over(None, ()):
            return observed_calls.call(kind, make, args, kwargs)
        once = Once(make)
        try:
            made = super().called(kind, once, args, kwargs)
        except Exception as error:
            if self._broke is None or once.raised(error):
                raise
            self._broke(error)
            return once.result()
        if kind == observed_calls.RESCALE and self._skipped is not None and not self._quiet:
            phases = {s.phase for s in self.segments}
            if BACKWARD in phases and UPDATE not in phases:
                self._skipped()
        return made

    def leaf_used(self) -> None:
        """A leaf goes into an op: after an update by hand this is the next iteration's."""
        if not self._stack and self._updated_by_hand():
            self._over(None, ())

    def replaced(self) -> None:
        """The script has other tensors in the place of its parameters: an update by hand."""
        ops, before = self._close(by_hand=True), len(self.segments)
        with self._silently():
            self._phases.changed_by_hand(ops=ops)
        for segment in self.segments[before:]:
            segment.line = ops[-1].line if ops else segment.line

    @property
    def after_backward(self) -> bool:
        """Whether a backward has run, and all is the script's own doing since."""
        return not self._quiet and any(s.phase is BACKWARD for s in self.segments)

    def ended(self) -> None:
        """The script is over, and with it an iteration that it has updated by hand."""
        if self._updated_by_hand():
            self._over(None, ())

    def _updated_by_hand(self) -> bool:
        """Whether the last update is one that the script made itself, after a backward, or after
        it has asked ``torch.autograd.grad`` for gradients.
        """
        if self._quiet or self._optimized:
            return False
        self._reconcile()
        updates = [n for n, s in enumerate(self.segments) if s.phase is UPDATE]
        before = self.segments[: updates[-1] + 1] if updates else []
        return any(s.phase is BACKWARD or any(o.op == ASKED for o in s.ops) for s in before)

    def _module_enters(self, module: nn.Module, args: Any) -> None:
        if not self._stack and not self._quiet:
            begins = torch.is_grad_enabled() and self._updated_by_hand()
            if begins and self._over(module, args):
                return
            if self._returned_at < 0 and self.unclosed:
                self._close()  # what made the batch
            if self._led is not None:
                self._leads(module)
        super()._module_enters(module, args)

    def _leads(self, module: nn.Module) -> None:
        """An outermost module is entered, and none has run with gradients so far."""
        assert self._led is not None
        if not torch.is_grad_enabled():
            if len(self._led) == LEAD:
                self._start_again()
            self._led.append(id(module))
            return
        if id(module) in self._led:
            self._start_again()
        self._led = None

    def _start_again(self) -> None:
        """Leave out the ops up to the last forward without gradients."""
        assert self._led is not None
        self.left_out += len(self._led)
        self._led.clear()
        self._close()
        gone = {id(op) for op in self.entries[: self._lead]}
        del self.entries[: self._lead]
        self._first, self._lead, self._leaf = len(self.entries), 0, ""
        self._holders.settle()
        self._named, self._holders = OpNames(), AllHolders(self.entries, self._past)
        self._copies.clear()
        self._nodes.clear()
        self.segments[:] = [s for s in self.segments if not gone.issuperset(map(id, s.entries))]
        for segment in self.segments:
            ops = [op for op in segment.ops if id(op) not in gone]
            if len(ops) == len(segment.entries):  # without the forward before it, it is no loss
                segment.segment = Segment(OTHER.name)
                self._name(OTHER, ops)

    # What the module is given

    def _module_was_given(
        self, module: nn.Module, args: Any, kwargs: dict[str, Any], output: Any
    ) -> None:
        if self.batch is not None or self._quiet or self._stack or not torch.is_grad_enabled():
            return
        if not any(True for _ in module.parameters()):
            return
        with torch._C.DisableTorchFunction():
            given = [_apart(a) for a in args]
            named = {k: _apart(v) for k, v in kwargs.items()}
        self.batch = Batch(tuple(given), named, None, None)

    def _take_target(self) -> None:
        """Show as target what the first loss compared the output with."""
        if self.batch is None:
            return
        forward = [s for s in self.segments if s.phase in (LOSS, BACKWARD, FORWARD)]
        ops = [op for s in forward if s.phase is LOSS for op in s.ops]
        made = {id(op.tensor) for op in ops}
        for op in ops:
            given = op.args[1] if len(op.args) > 1 else op.kwargs.get("target")
            if isinstance(given, Tensor) and not given.requires_grad and id(given) not in made:
                self.batch.target = given
                return


def _apart(value: Any) -> Any:
    """A copy that the script does not write into; what cannot be copied stays itself."""
    try:
        return batch.mapped(value, lambda t: t.detach().clone())
    except Exception:  # noqa: BLE001 - its class is the script's
        return value
