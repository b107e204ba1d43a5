"""The live torch state of a session: the model, its gradients, and the phases run on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.protocol.moves import Vector
from lenet_tui.protocol.options import DRAWN, NET, OWN, Options, optimizer_settings, phases_on
from lenet_tui.protocol.phases import Phase
from lenet_tui.protocol.schedules import CONSTANT, parse_schedule
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine import batch, by_hand, dataset, devices, model, own_setup
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.built_lazily import PLACE, BuiltLazily
from lenet_tui.training.engine.dataset import DataState
from lenet_tui.training.engine.determinism import deterministic
from lenet_tui.training.engine.generators import seed_all
from lenet_tui.training.engine.gradient_phases import GRADIENT_PHASES, Facts, forget
from lenet_tui.training.engine.held_values import own_iterators
from lenet_tui.training.engine.named_losses import NamedLosses
from lenet_tui.training.engine.named_modules import NamedModules
from lenet_tui.training.engine.optimizers import Aliases, Updater, flat_numbers
from lenet_tui.training.engine.outputs import main_output, returned_loss
from lenet_tui.training.engine.own_data import OwnData
from lenet_tui.training.engine.plain_state import PlainState
from lenet_tui.training.engine.required import CHANGED, Required
from lenet_tui.training.engine.step_objects import StepObjects
from lenet_tui.training.engine.targets import rows_like, target_of
from lenet_tui.training.engine.training_file import TrainingFile
from lenet_tui.training.engine.weights import load as load_weights

LOSS = {"cross_entropy": nn.CrossEntropyLoss, "mse": nn.MSELoss}


class Trainer:
    """Runs phases on live tensors. ``output`` and ``loss`` are of the last forward and loss.

    ``last_loss``: the last loss computed, as a number. ``accumulated``: backwards since the
    gradients were ``None``.
    """

    def __init__(self, options: Options) -> None:
        self.device = devices.resolve(options.device)
        self.file = self._load(options)
        options = own_setup.resolved(options, self.file, self.device)
        self.device = torch.device(options.device)
        self.model = model.Net() if options.model == NET else self.file.make_model()
        self._walk = NamedModules(self.model)
        if options.weights:
            load_weights(self.model, options.weights)
        self.data = DataState()
        if options.data == "random":
            self.data.source, self.data.size = "random", options.batch_size
            self.data.fixed = dataset.draw_fixed(options.batch_size)
        else:
            dataset.check(options)
        self.own_data: OwnData | None = None
        self.fresh_vector = self.data.fixed is not None
        self._set_options(options)
        self.objects = self._found(options)
        self.move(self.device)
        options = self._make_optimizer(options)
        self.own_data, options = own_setup.make_data(options, self.file, self.model)
        self._set_options(options)
        if (first := own_setup.first_batch(self.upcoming)) is not None:
            model.initialise_lazy(self.model, first.args, first.kwargs)
        self.built = BuiltLazily(self.modules)
        self.required = Required(self.parameters)
        found = own_iterators(self.file, self.model, self.objects)
        self.attributes = PlainState(self._places, found)
        self.named_losses = NamedLosses(self.file)
        self.last_loss: float | None = None
        self._iteration = 0
        self.pinned: Batch | None = None
        """The batch that each iteration takes, in the place of the next one of the data."""
        self.says_loss = True
        """Whether the last step of one's own returned its loss."""
        self.accumulated = 0
        self.forget()

    def _load(self, options: Options) -> TrainingFile:
        """Seed the generators, and execute the file that the model comes from, if one does."""
        deterministic(self.device)
        seed_all(options.seed)
        return own_setup.ALONE if options.model == NET else own_setup.load_file(options)

    def _set_options(self, options: Options) -> None:
        self.options = options
        self.criterion = LOSS[options.loss]() if options.loss in LOSS else None
        self._schedule = parse_schedule(options.schedule)
        self._after_backward = [
            run for phase, run in GRADIENT_PHASES.items() if phase.name in phases_on(options)
        ]

    def _make_optimizer(self, options: Options) -> Options:
        """The updater; returns the options with the learning rate that it really has."""
        own = self.file.make_optimizer(self.model.parameters())
        own_setup.check_optimizer(own, options, self.file, self.names)
        self.objects = self._found(options)  # what the file holds by now
        if self.objects is not None and options.step:
            own = own or next(iter(self.objects.optimizers.values()), None)
        self._own_optimizer = own
        if options.optimizer == OWN and options.lr < 0:
            lr = float(own.param_groups[0]["lr"]) if own is not None else 0.0
            options = replace(options, lr=lr)
            self.updater = Updater(OWN if own else "manual", lr, self.parameters, own)
        else:
            self.updater = self._make_updater(options)
        return options

    def _found(self, options: Options) -> StepObjects | None:
        return StepObjects(self.file, self.model, options.step) if options.preset == OWN else None

    def _make_updater(self, options: Options) -> Updater:
        own = self._own_optimizer if options.optimizer == OWN else None
        given = self.parameters, own, optimizer_settings(options)
        return Updater(options.optimizer, options.lr, *given)

    def _places(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the dictionaries of the plain values that a step may change beside tensors."""
        for path, module in self._walk.all():
            yield path, vars(module)
        yield from () if self.options.step else self.updater.places()
        yield from () if self.objects is None else self.objects.places()
        yield PLACE, self.built.look()
        yield CHANGED, self.required.changed()

    def modules(self) -> Iterator[tuple[str, nn.Module]]:
        """Yields every module with its path: of the model, and of others that a step works with."""
        yield from self._walk.all()
        for name, module in self.objects.modules.items() if self.objects else ():
            yield from module.named_modules(prefix=name)

    def move(self, device: torch.device) -> None:
        """Put the model on ``device``; the caller makes a new updater for it."""
        self.device, self._on_cpu = device, device.type == "cpu"
        devices.warm_up(device)
        self.parameters: dict[str, Tensor] = dict(self._put(self.model).named_parameters())
        for name, module in self.objects.modules.items() if self.objects else ():
            self.parameters |= self._put(module).named_parameters(prefix=name)
        self.names = {id(p): name for name, p in self.parameters.items()}
        self._parameter_list = list(self.parameters.values())
        self.flat = Aliases(self._parameter_list, flat_numbers)

    def _put(self, module: nn.Module) -> nn.Module:
        return module.to(self.device)

    @property
    def buffers(self) -> dict[str, Tensor]:
        """The present buffers: a model may replace them."""
        return {
            f"{path}.{name}".removeprefix("."): buffer
            for path, module in self.modules()
            if module._buffers
            for name, buffer in module._buffers.items()
            if buffer is not None
        }

    def forget(self) -> None:
        """Drop the batch, the output, the loss and their graph."""
        self.batch: Batch | None = None
        self.returned: Any = None
        self.output: Tensor | None = None
        self.loss: Tensor | None = None

    def change(self, options: Options) -> None:
        """Set new options (other than the seed) for the next op that reads them."""
        dataset.check(options)
        if options.device != self.options.device:
            self._change_device(devices.resolve(options.device))
        if options.optimizer != self.options.optimizer:
            self.updater = self._make_updater(options)
        elif optimizer_settings(options) != optimizer_settings(self.options):
            self.updater.set(optimizer_settings(options))
        if options.lr != self.options.lr:
            self.updater.set_lr(options.lr)
            for optimizer in self.objects.optimizers.values() if self.objects else ():
                for group in optimizer.param_groups:
                    group["lr"] = options.lr
        scheduled = {options.schedule, self.options.schedule} != {CONSTANT}
        self._set_options(options)
        if scheduled:
            self.begin(self._iteration)

    def begin(self, iteration: int) -> None:
        """An iteration begins: it has the learning rate that the schedule gives it."""
        self.attributes.begin(iteration)
        self._iteration = iteration
        differs = not self._schedule.constant or self.updater.lr != self.options.lr
        if differs and not self.updater.own:
            self.updater.set_lr(self.options.lr * self._schedule.factor(max(iteration - 1, 0)))

    def _change_device(self, device: torch.device) -> None:
        """Move the model and its optimizer's state."""
        deterministic(device)
        self.move(device)
        self.updater.move(self.objects.optimizers.values() if self.objects else ())

    def fetch(self) -> None:
        """Take the iteration's batch from the data, to the device."""
        if self.pinned is not None:
            self.batch = self.pinned.copy()
            return
        if self.own_data is not None and self.options.data in (OWN, DRAWN):
            drawn = batch.split(self.own_data.next())
        else:
            pair = dataset.next_batch(self.data, self.options)
            drawn = batch.of_pair(*pair, dataset.facts(self.options))
        drawn, self.data.changes = by_hand.changed(drawn, self.data.changes), ()
        self.batch = drawn if self._on_cpu else drawn.map(self.here)

    def here(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device)

    def upcoming(self) -> Batch | None:
        """The batch that the next forward will take; ``None`` if it is still to be drawn."""
        if self.own_data is not None and self.options.data in (OWN, DRAWN):
            following = batch.split(self.own_data.peek())
        elif (pair := dataset.upcoming(self.data, self.options)) is not None:
            following = batch.of_pair(*pair)
        else:
            return None
        return by_hand.changed(following, self.data.changes).map(self.here)

    @property
    def data_state(self) -> DataState:
        """Where in the data the session is, to be stored."""
        place = self.own_data.place if self.own_data else None
        return replace(self.data, own=place, content=dataset.content(self.options))

    def restore_data(self, state: DataState) -> None:
        """Go to where ``data_state`` was taken; ``NotReachable`` (nothing done) if it cannot."""
        if self.own_data is not None and state.own is not None:
            self.own_data.go_to(state.own)
        self.data = replace(state, own=None)

    def forward(self, run: Callable[..., Any] | None = None) -> None:
        """``output = model(input)``; ``run(model, …)`` calls it where it is recorded."""
        if self.batch is None:
            self.fetch()
        assert self.batch is not None
        args, kwargs = self.batch.args, self.batch.kwargs
        made = run(self.model, *args, **kwargs) if run else self.model(*args, **kwargs)
        self.returned, self.output = made, main_output(made)

    def target(self) -> Any:
        """The batch's target as the loss takes it: for MSE on classes, one-hot (N, classes)."""
        if self.batch is None or self.output is None:
            raise MoveRejected("training:no-output")
        return target_of(self.options, self.batch, self.output)

    def compute_loss(self, target: Any) -> None:
        """``loss = criterion(output, target)``, or the loss that the model returned."""
        if self.criterion is not None:
            self.loss = self.criterion(self.output, target)
        else:
            assert self.batch is not None
            batch = self.batch
            self.loss = own_setup.compute_loss(self.options, self.file, self.returned, batch)

    def note_loss(self) -> None:
        """Take the loss as a number, where there is one; this waits for the device."""
        if self.loss is not None:
            self.last_loss = float(self.loss.item())

    def root(self, vector: Vector | None) -> Tensor:
        """The tensor a backward starts from: the loss, or with a vector the output."""
        start = self.output if vector else self.loss
        if start is None:
            raise MoveRejected("training:no-output") if vector else MoveRejected("training:no-loss")
        return start

    def make_vector(self, vector: Vector) -> Tensor:
        """The vector on the output (N, classes) that a backward starts from.

        ``random`` is the notebook's first draw once, then drawn from the CPU generator.
        """
        output = self.root(vector)
        if vector.kind == "random":
            if self.fresh_vector and self.data.fixed and self.data.fixed[1].shape == output.shape:
                self.fresh_vector = False
                return self.data.fixed[1].to(self.device)
            return torch.randn(output.shape).to(self.device)
        return rows_like(output, vector).to(self.device)

    def change_gradients(self, phase: Phase) -> Facts:
        """Run a phase that changes gradients; returns the numbers it computed."""
        self._own_gradients()
        return GRADIENT_PHASES[phase](self._parameter_list, self.options)

    def _own_gradients(self) -> None:
        """Copy each gradient: torch writes in place, and the tape holds the tensors from before."""
        for p in self._parameter_list:
            if p.grad is not None:
                p.grad = p.grad.clone()

    def backward(self, root: Tensor, vector: Tensor | None) -> None:
        """``loss.backward()``, or ``output.backward(vector)``."""
        self._own_gradients()
        root.backward(vector)  # type: ignore[no-untyped-call]
        self.accumulated += 1

    def prepared_step(self) -> Callable[[], Any]:
        """The file's own step on the next batch, which has been fetched."""
        self.fetch()
        assert self.batch is not None and self.file.step is not None
        return partial(self.file.step, self.batch.whole)

    def note_result(self, returned: Any, otherwise: Tensor | None = None) -> None:
        """Take the loss that a step returned, or else that from which its backward started."""
        loss = returned_loss(returned) if not isinstance(returned, (int, float)) else returned
        self.says_loss = loss is not None
        loss = otherwise if loss is None else loss
        self.loss = loss if isinstance(loss, Tensor) else None
        if loss is not None:
            self.last_loss = float(loss.detach() if isinstance(loss, Tensor) else loss)

    def plain_iteration(self) -> None:
        """Run a whole iteration as a plain loop, without waiting for the device."""
        if self.options.step:
            step = self.prepared_step()
            with self.named_losses.observed() as watch:
                returned = step()
            self.note_result(returned, watch.root)
            return
        self.fetch()
        assert self.batch is not None
        self.returned = self.model(*self.batch.args, **self.batch.kwargs)
        self.output = main_output(self.returned)
        self.compute_loss(self.target())
        forget(self._parameter_list)
        assert self.loss is not None
        self.loss.backward()  # type: ignore[no-untyped-call]
        self.accumulated = 1
        for change in self._after_backward:
            change(self._parameter_list, self.options)
        self.updater.step()

    def synchronise(self) -> None:
        """Wait for the device, so that a time is the time it took."""
        if not self._on_cpu:  # asked for its type, a device takes longer to answer
            devices.synchronise(self.device)
