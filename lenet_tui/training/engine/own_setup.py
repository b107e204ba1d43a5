"""What a session's model, loss, optimizer and data are: the notebook's, or those of one's own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.protocol.options import AUTO, DRAWN, NET, OWN, RETURNED, OptionError, Options
from lenet_tui.protocol.session_api import MoveRejected, OwnError
from lenet_tui.text.notice import notice
from lenet_tui.training.engine import compiled_calls, observed_calls
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.drawn_inputs import draw_inputs, draw_target, statements
from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.outputs import returned_loss
from lenet_tui.training.engine.own_data import OwnData
from lenet_tui.training.engine.training_file import MODEL, TrainingFile, load, own_code

ALONE = TrainingFile("", "", {})
"""What a model that comes from no file brings beside itself."""


def load_file(options: Options) -> TrainingFile:
    """Execute the file, or import the module, that the model comes from."""
    observed_calls.install()
    compiled_calls.install()
    return load(options.model, options.model_args)


def resolved(options: Options, file: TrainingFile, device: torch.device) -> Options:
    """The options with what the file brings beside its model: a step, a loss, an optimizer, data.

    ``device``: what the option means on this machine. With ``auto``, a file with a step of its own
    stays on the device that it has put its model on: its step was written for that one.
    Raises ``OptionError`` where something is missing.
    """
    if options.device == AUTO and file.step is not None:
        device = _chosen(file) or device
    options = replace(options, device=str(device))
    if options.model == NET:
        return options
    if file.step is not None:
        options = _with_step(options, file)
        if file.what and file.names.get(file.what.partition(".")[0]) is not file.names.get(MODEL):
            raise OptionError("training:step-has-model", file=file.title, name=file.what)
    if options.batch_size != 1 and options.data in (OWN, DRAWN):
        raise OptionError("training:data-decide", file=file.title)
    if options.loss == OWN and file.loss is None and not options.step:
        options = replace(options, loss=RETURNED)
    if options.optimizer == OWN and file.names.get("optimizer") is None and not options.step:
        lr = 0.01 if options.lr < 0 else options.lr
        options = replace(options, optimizer="manual", lr=lr)
    return options


def _chosen(file: TrainingFile) -> torch.device | None:
    """The device of the first parameter of a file's models that has numbers; ``None``: none has."""
    modules = [value for value in file.names.values() if isinstance(value, nn.Module)]
    parameters = (p for module in modules for p in module.parameters())
    return next((p.device for p in parameters if not p.is_meta), None)


def _with_step(options: Options, file: TrainingFile) -> Options:
    """The options of a file with a step of its own, which nothing else can replace."""
    if options.clip:
        raise OptionError("training:step-decides", file=file.title, option="clip")
    for name in ("loss", "optimizer"):
        if getattr(options, name) not in (OWN, RETURNED):
            raise OptionError("training:step-decides", file=file.title, option=name)
    return replace(options, step=True, loss=OWN, optimizer=OWN)


def check_optimizer(
    own: Optimizer | None, options: Options, file: TrainingFile, names: Mapping[int, str]
) -> None:
    """Raise ``OptionError`` for a file's optimizer that holds no parameter of the model.

    ``names``: of the model's parameters by ``id``.
    """
    if own is None or options.optimizer != OWN or options.step or file.live:
        return  # a script's own pair is looked at as it is
    held = {id(p) for group in own.param_groups for p in group["params"]}
    if names and held.isdisjoint(names):
        raise OptionError("training:stranger", file=file.title)


def make_data(
    options: Options, file: TrainingFile, model: nn.Module
) -> tuple[OwnData | None, Options]:
    """The batches that the file makes, or those drawn at random; ``None``: neither.

    With random inputs a model that returns no loss gets MSE and a random target, as the notebook
    does: the options say so.
    """
    if options.data == OWN:
        if file.data is None:
            raise OptionError("training:no-data", file=file.title)
        return OwnData(file.data, file.title), options
    if options.data != DRAWN:
        return None, options
    inputs = draw_inputs(options.inputs, model)
    target = returned = None
    if not options.step:
        try:
            returned = _tried(model, inputs)
        except OwnError:  # the first forward will say so, and where
            return _drawn_data(inputs, None, file, model), options
        if options.loss == RETURNED and returned_loss(returned) is None:
            options = replace(options, loss="mse")
        if options.loss != RETURNED:
            target = draw_target(returned, labels=options.loss == "cross_entropy")
    return _drawn_data(inputs, target, file, model, returned), options


def _drawn_data(
    inputs: tuple[Tensor, ...],
    target: Tensor | None,
    file: TrainingFile,
    model: nn.Module,
    returned: Any = None,
) -> OwnData:
    """One batch, again and again, with the lines that draw it."""
    drawn = OwnData([(inputs, target)], file.title)
    drawn.statements = statements(inputs, target, model, returned)
    return drawn


def _tried(model: nn.Module, inputs: tuple[Tensor, ...]) -> Any:
    """What the model returns for these inputs; no number is drawn and no buffer counted."""
    device = next(model.parameters(), torch.empty(0)).device
    doing = notice("training:trying-model")
    with unchanged_generators(), torch.no_grad(), own_code(doing):
        return copy.deepcopy(model)(*[t.to(device) for t in inputs])


def first_batch(upcoming: Callable[[], Batch | None]) -> Batch | None:
    """The first batch; ``OptionError`` where there is none at all."""
    try:
        return upcoming()
    except MoveRejected as error:
        raise OptionError(error.notice) from None


def compute_loss(options: Options, file: TrainingFile, returned: Any, batch: Batch) -> Tensor:
    """The loss of the file, or the one that the model returned."""
    if options.loss == OWN:
        assert file.loss is not None
        loss: Any = file.loss(returned, batch.target)
    else:
        loss = returned_loss(returned)
        if loss is None:
            kind = type(returned).__name__
            if file.live:
                raise MoveRejected("training:live-no-loss", kind=kind)
            raise MoveRejected("training:no-loss-returned", kind=kind, file=file.title)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        what = f"{tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise MoveRejected("training:loss-not-scalar", what=what)
    return loss
