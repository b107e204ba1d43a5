"""What a session is asked to do: the options, their defaults, and what makes no sense."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from lenet_tui.protocol import optimizers
from lenet_tui.protocol.fast_pickle import sent
from lenet_tui.protocol.phases import OPTIONAL, turn
from lenet_tui.text.notice import Problem

PRESETS = ("digits", "notebook")
LOSSES = ("cross_entropy", "mse")
OPTIMIZERS = tuple(optimizers.OPTIMIZERS)
CHOICES = {"loss": LOSSES, "optimizer": OPTIMIZERS}
"""The values of the options that have only some."""
LANGUAGES = ("en", "zh")
SWITCHES = tuple(phase.option for phase in OPTIONAL)
"""Options that turn a phase on; 0, which each has by default, is off."""
SETTABLE = ("lr", "loss", "optimizer", "batch-size", "data", *SWITCHES, "seed", "device")
"""Options that a move may change while a session runs."""

MAX_BATCH = 100_000
MAX_SEED = 2**63 - 1
MAX_THREADS = 4096


class OptionError(Problem, ValueError):
    """An option that cannot be: one line, says what would work."""


@sent
@dataclass(frozen=True, slots=True)
class Options:
    """Every option of a session, resolved. ``device`` may still be ``auto``."""

    preset: str = "digits"
    device: str = "auto"
    data: str = "digits"
    batch_size: int = 1
    loss: str = "cross_entropy"
    lr: float = 0.01
    optimizer: str = "manual"
    clip: float = 0.0
    seed: int = 0
    threads: int = 1
    history_mb: int = 256
    model: str = "lenet_tui.training.engine.model:Net"
    """Where the model comes from, ``module:callable``; not an option of the command line."""


PRESET_DEFAULTS: dict[str, dict[str, Any]] = {
    "digits": {"data": "digits", "loss": "cross_entropy"},
    "notebook": {"data": "random", "loss": "mse"},
}


def resolve(preset: str = "digits", **given: Any) -> Options:
    """The preset's options with the ``given`` ones (``None``: not given) in their place.

    Raises ``OptionError`` for a value or a pair that means nothing.
    """
    _one_of("preset", preset, PRESETS)
    values = PRESET_DEFAULTS[preset] | {k: v for k, v in given.items() if v is not None}
    return check(Options(preset=preset, **values))


def check(options: Options) -> Options:
    """``options`` itself, or ``OptionError`` if a value or a pair means nothing."""
    _one_of("loss", options.loss, LOSSES)
    _one_of("optimizer", options.optimizer, OPTIMIZERS)
    if not (math.isfinite(options.lr) and options.lr >= 0):
        raise OptionError("protocol:lr", lr=options.lr)
    for name in SWITCHES:
        value = getattr(options, name)
        if not (math.isfinite(value) and value >= 0):
            raise OptionError("protocol:switch", name=name, value=value)
    _within("batch-size", options.batch_size, 1, MAX_BATCH)
    _within("seed", options.seed, 0, MAX_SEED)
    _within("threads", options.threads, 1, MAX_THREADS)
    _within("history-mb", options.history_mb, 1, 1_000_000)
    if options.data == "random" and options.loss == "cross_entropy":
        raise OptionError("protocol:labels-needed")
    return options


def parse_value(option: str, text: str) -> Any:
    """The value that ``text`` means for ``option`` (as in ``set lr 0.1``), checked by itself."""
    kind = type(getattr(Options(), option.replace("-", "_"), None))
    if option not in (*SETTABLE, "threads", "history-mb"):
        raise OptionError("protocol:no-option", option=option, allowed=", ".join(SETTABLE))
    if kind in (int, float):
        return _number(option, text, kind)
    return _one_of(option, text, CHOICES[option]) if option in CHOICES else text


def change(options: Options, option: str, value: Any) -> Options:
    """``options`` with one of them changed, checked as a whole."""
    values: dict[str, Any] = {option.replace("-", "_"): value}
    return check(replace(options, **values))


def as_dict(options: Options) -> dict[str, Any]:
    """The options as plain values, in their order; without the switches that are off."""
    values = {f.name: getattr(options, f.name) for f in fields(options)}
    return {name: v for name, v in values.items() if v or name not in SWITCHES}


def switches(options: Options) -> dict[str, float]:
    """The options that turn a phase on, without those that are off."""
    return {name: value for name, value in as_dict(options).items() if name in SWITCHES}


def phases_on(options: Options) -> tuple[str, ...]:
    """The optional phases that the options turn on."""
    return tuple(p.name for p in OPTIONAL if getattr(options, p.option))


def turn_of(options: Options) -> tuple[str, ...]:
    """The phases of an iteration in turn."""
    return turn(phases_on(options))


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise OptionError("protocol:unknown", name=name, value=value, allowed=", ".join(allowed))
    return value


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise OptionError("protocol:outside", name=name, value=value, low=low, high=high)


def _number(name: str, text: str, kind: type[int] | type[float]) -> int | float:
    try:
        value = kind(text)
    except ValueError:
        raise OptionError(
            "protocol:not-whole" if kind is int else "protocol:not-a-number", name=name, text=text
        ) from None
    change(Options(), name, value)
    return value
