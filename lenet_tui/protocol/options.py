"""The options of a session, their defaults, and checks of their values."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from lenet_tui.protocol import augment, optimizers
from lenet_tui.protocol.fast_pickle import pickled_by_call
from lenet_tui.protocol.optimizers import ITS_OWN
from lenet_tui.protocol.phases import OPTIONAL, STEP, turn
from lenet_tui.protocol.schedules import CONSTANT, ScheduleError, parse_schedule
from lenet_tui.text.notice import Problem

PRESETS = ("digits", "notebook")
LOSSES = ("cross_entropy", "mse")
OPTIMIZERS = tuple(optimizers.OPTIMIZERS)
CHOICES = {"loss": LOSSES, "optimizer": OPTIMIZERS}
"""The values of the options that have only some."""
NET = "lenet_tui.training.engine.model:Net"
"""The notebook's net."""
AUTO = "auto"
"""The device that leaves it to the machine: its GPU, if it has one."""
OWN = "own"
"""The value of ``preset``, ``data``, ``loss`` and ``optimizer`` that leaves them to the file or
module that the model comes from.
"""
RETURNED = "returned"
"""The loss that the model itself returns."""
DRAWN = "input"
"""The data that are drawn at random in the shapes of ``inputs``."""
DEFAULT = "default"
"""The text of an option that leaves it to the optimizer."""
OWN_LR = -1.0
"""The learning rate that leaves it to an optimizer of one's own."""
EPOCH = -1
"""The value of ``evaluate_every`` that means once an epoch."""
LANGUAGES = ("en", "zh")
SWITCHES = tuple(phase.option for phase in OPTIONAL)
"""Options that turn a phase on; 0, which each has by default, is off."""
TUNED = ("schedule", "momentum", "weight-decay")
"""Options of the optimizer beside its learning rate."""
SETTABLE = ("lr", *TUNED, "loss", "optimizer", "batch-size", "data", "augment", *SWITCHES,
            "seed", "device")  # fmt: skip
"""Options that a move may change while a session runs."""
FROM_THE_START = ("threads", "history-mb", "tape-mb", "evaluate-every", "train-size")
"""Options of one value that are those of the whole session."""

_SELDOM = {
    **{"model_args": (), "inputs": (), "step": False, "evaluate_every": EPOCH},
    "train_size": 0,
    **{"weights": "", "augment": augment.OFF},
    **{"schedule": CONSTANT, "momentum": ITS_OWN, "weight_decay": ITS_OWN},
}
"""Options that are named only where they are other than this."""
MAX_BATCH = 100_000
MAX_SEED = 2**63 - 1
MAX_THREADS = 4096


class OptionError(Problem, ValueError):
    """An impossible option; the message is one line and names what would work."""


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Options:
    """Every option of a session, resolved. ``device`` may still be ``auto``."""

    preset: str = "digits"
    device: str = AUTO
    data: str = "digits"
    batch_size: int = 1
    train_size: int = 0
    """Of the images to train on, only so many, the first ones; 0: all of them."""
    augment: str = augment.OFF
    """How the images of a batch are changed at random: see ``protocol/augment.py``."""
    loss: str = "cross_entropy"
    lr: float = 0.01
    optimizer: str = "manual"
    schedule: str = CONSTANT
    """What the learning rate is multiplied by in each iteration, as ``schedules`` reads it."""
    momentum: float = ITS_OWN
    weight_decay: float = ITS_OWN
    clip: float = 0.0
    seed: int = 0
    threads: int = 1
    history_mb: int = 256
    tape_mb: int = 4096
    """Of the tensors that an iteration's ops make: few models reach it, and a computer has it."""
    model: str = NET
    """Where the model comes from: ``FILE.py``, ``FILE.py:NAME``, ``MODULE`` or ``MODULE:NAME``."""
    model_args: tuple[tuple[str, str], ...] = ()
    """Arguments with which the model is made, as they were typed."""
    inputs: tuple[str, ...] = ()
    """Shapes of the inputs that are drawn at random: ``SHAPE`` or ``SHAPE:DTYPE``."""
    evaluate_every: int = EPOCH
    """Iterations from one evaluation of a run to the next; ``EPOCH``: once an epoch; 0: never."""
    weights: str = ""
    """A file of parameters and buffers that the model begins with."""
    step: bool = False
    """Whether the file has a ``step`` of its own, which runs each iteration; found at the start."""


PRESET_DEFAULTS: dict[str, dict[str, Any]] = {
    "digits": {"data": "digits", "loss": "cross_entropy"},
    "notebook": {"data": "random", "loss": "mse"},
    OWN: {"data": OWN, "loss": OWN, "optimizer": OWN},
}


def resolve(preset: str = "", **given: Any) -> Options:
    """The preset's options with the ``given`` ones (``None``: not given) in their place.

    Without a preset a model of one's own brings its own data, loss and optimizer.

    Raises ``OptionError`` for a value or a pair that means nothing.
    """
    given = {k: v for k, v in given.items() if v not in (None, ())}
    own = given.get("model", NET) != NET
    preset = preset or (OWN if own else PRESETS[0])
    if given.get("inputs"):
        given.setdefault("data", DRAWN)
    _one_of("preset", preset, (*PRESETS, OWN) if own else PRESETS)
    values = PRESET_DEFAULTS[preset] | given
    if values.get("optimizer") == OWN:
        values.setdefault("lr", OWN_LR)
    return check(Options(preset=preset, **values))


def check(options: Options) -> Options:
    """``options`` itself, or ``OptionError`` if a value or a pair means nothing."""
    own = options.model != NET
    _one_of("loss", options.loss, (*LOSSES, *((OWN, RETURNED) if own else ())))
    _one_of("optimizer", options.optimizer, (*OPTIMIZERS, *((OWN,) if own else ())))
    untold = options.lr == OWN_LR and options.optimizer == OWN
    if not (math.isfinite(options.lr) and (options.lr >= 0 or untold)):
        raise OptionError("protocol:lr", lr=options.lr)
    if (options.model_args or options.inputs) and not own:
        name = "input" if options.inputs else f"model.{options.model_args[0][0]}"
        raise OptionError("protocol:needs-model", option=name)
    if options.inputs and options.data != DRAWN:
        raise OptionError("protocol:input-or-data", data=options.data)
    _check_optimizer(options)
    if _augmentation(options.augment) != augment.OFF and options.data in ("random", OWN, DRAWN):
        raise OptionError("protocol:augment-images", data=options.data)
    _within("train-size", options.train_size, 0, 10**12)
    if options.train_size and options.data in ("random", OWN, DRAWN):
        raise OptionError("protocol:train-size-images", data=options.data)
    for name in SWITCHES:
        value = getattr(options, name)
        if not (math.isfinite(value) and value >= 0):
            raise OptionError("protocol:switch", name=name, value=value)
    _within("batch-size", options.batch_size, 1, MAX_BATCH)
    _within("seed", options.seed, 0, MAX_SEED)
    _within("threads", options.threads, 1, MAX_THREADS)
    _within("history-mb", options.history_mb, 1, 1_000_000)
    if options.evaluate_every != EPOCH:
        _within("evaluate-every", options.evaluate_every, 0, 10**12)
    _within("tape-mb", options.tape_mb, 1, 1_000_000)
    if options.data == "random" and options.loss == "cross_entropy":
        raise OptionError("protocol:labels-needed")
    return options


def _check_optimizer(options: Options) -> None:
    """Raise ``OptionError`` for settings that the optimizer does not have."""
    try:
        schedule = parse_schedule(options.schedule)
    except ScheduleError as error:
        raise OptionError(error.notice) from None
    row = optimizers.OPTIMIZERS.get(options.optimizer)
    if row is None and not schedule.constant:
        raise OptionError("protocol:own-optimizer", option="schedule")
    given = optimizer_settings(options)
    for name, value in given.items():
        option = name.replace("_", "-")
        if row is None:
            raise OptionError("protocol:own-optimizer", option=option)
        if name not in row.takes:
            takers = [o.name for o in optimizers.OPTIMIZERS.values() if name in o.takes]
            raise OptionError(
                "protocol:not-its", option=option, optimizer=row.name, allowed=", ".join(takers)
            )
        if not (math.isfinite(value) and value >= 0):
            raise OptionError("protocol:setting", option=option, value=value)
    if options.optimizer == "nesterov" and given.get("momentum") == 0:
        raise OptionError("protocol:nesterov")


def optimizer_settings(options: Options) -> dict[str, float]:
    """The optimizer's arguments that were given, by torch's names."""
    values = {name: float(getattr(options, name)) for name in optimizers.SETTINGS}
    return {name: value for name, value in values.items() if value != ITS_OWN}


def parse_value(option: str, text: str) -> Any:
    """The value that ``text`` means for ``option`` (as in ``set lr 0.1``), checked by itself."""
    kind = type(getattr(Options(), option.replace("-", "_"), None))
    if option == "schedule":
        return _schedule(text)
    if option in TUNED and text == DEFAULT:
        return ITS_OWN
    if option == "evaluate-every":
        return _evaluate_every(text)
    if option not in (*SETTABLE, *FROM_THE_START):
        raise OptionError("protocol:no-option", option=option, allowed=", ".join(SETTABLE))
    if kind in (int, float):
        return _number(option, text, kind)
    if option in CHOICES and text not in (OWN, RETURNED):  # whether there is one is checked later
        return _one_of(option, text, CHOICES[option])
    if option == "augment":
        return _augmentation(text)
    return whole_path(text) if option == "data" else text


def whole_path(data: str) -> str:
    """Data by name, or a path that is the same from another folder."""
    return data if data in ("", "digits", "random", OWN, DRAWN) else str(Path(data).absolute())


def change(options: Options, option: str, value: Any) -> Options:
    """``options`` with one of them changed, checked as a whole."""
    values: dict[str, Any] = {option.replace("-", "_"): value}
    return check(replace(options, **values))


def as_dict(options: Options) -> dict[str, Any]:
    """The options as plain values, in their order; without what is off or was not given."""
    values = {f.name: getattr(options, f.name) for f in fields(options)}
    usual = {**dict.fromkeys(SWITCHES, 0.0), **_SELDOM}
    return {name: v for name, v in values.items() if name not in usual or v != usual[name]}


def resolved(options: Options) -> dict[str, Any]:
    """Every option as a plain value, in their order, also what is off or was not given.

    What is left to the optimizer has the value that it has there. ``None``: there is no such thing,
    as of a batch size where the data come in batches.
    """
    values = {f.name: getattr(options, f.name) for f in fields(options)}
    row = optimizers.OPTIMIZERS.get(options.optimizer)
    for name in optimizers.SETTINGS:
        if values[name] == ITS_OWN:
            takes = row is not None and name in row.takes
            values[name] = row.arguments.get(name, 0.0) if row is not None and takes else None
    if options.data in (OWN, DRAWN):
        values["batch_size"] = None
    if options.evaluate_every == EPOCH:
        values["evaluate_every"] = "epoch"
    return values


def switches(options: Options) -> dict[str, float]:
    """The options that turn a phase on, without those that are off."""
    return {name: value for name, value in as_dict(options).items() if name in SWITCHES}


def phases_on(options: Options) -> tuple[str, ...]:
    """The optional phases that the options turn on."""
    if options.step:
        return (STEP.name,)
    return tuple(p.name for p in OPTIONAL if getattr(options, p.option))


def turn_of(options: Options) -> tuple[str, ...]:
    """The phases of an iteration in turn."""
    return turn(phases_on(options))


def _augmentation(text: str) -> str:
    """The option as it is written: the same for all that means the same."""
    try:
        return str(augment.parse(text))
    except Problem as error:
        raise OptionError(error.notice) from None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise OptionError("protocol:unknown", name=name, value=value, allowed=", ".join(allowed))
    return value


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise OptionError("protocol:outside", name=name, value=value, low=low, high=high)


def _schedule(text: str) -> str:
    try:
        return str(parse_schedule(text))
    except ScheduleError as error:
        raise OptionError(error.notice) from None


def _evaluate_every(text: str) -> int:
    if text == "epoch":
        return EPOCH
    try:
        every = int(text)
    except ValueError:
        every = -1
    if not 0 <= every <= 10**12:
        raise OptionError("protocol:evaluate-every", text=text)
    return every


def _number(name: str, text: str, kind: type[int] | type[float]) -> int | float:
    try:
        value = kind(text)
    except ValueError:
        raise OptionError(
            "protocol:not-whole" if kind is int else "protocol:not-a-number", name=name, text=text
        ) from None
    change(Options(optimizer="sgd") if name in TUNED else Options(), name, value)
    return value
