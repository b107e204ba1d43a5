"""The program of a model of one's own: what is imported, or the owner's step as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.model_names import SCRIPT, split_model
from lenet_tui.protocol.options import DRAWN, OWN, RETURNED, Options


def source_of(options: Options) -> tuple[str, str]:
    """The module that the model comes from, as it is imported, and the name in it."""
    where, what = split_model(options.model)
    return PurePath(where).stem if where.endswith(".py") else where, what or "model"


def opening(options: Options) -> list[str]:
    """The lines before the loop."""
    module, what = source_of(options)
    if module == SCRIPT:
        return ["import lenet_tui as lt", "lt.step(net, (input, target), criterion, optimizer)"]
    seed = options.seed
    arguments = ", ".join(f"{name}={value}" for name, value in options.model_args)
    lines = [
        f"random.seed({seed}); np.random.seed({seed}); torch.manual_seed({seed})",
        f"import {module}",
        f'device = "{options.device}"',
        f"net = {module}.{what}{f'({arguments})' if arguments else ''}.to(device)",
    ]
    if options.optimizer == OWN:
        lines.append(f"optimizer = {module}.optimizer")
    if options.data == OWN:
        lines.append(f"batches = iter({module}.data)")
    for number, text in enumerate(options.inputs if options.data == DRAWN else ()):
        shape, _, dtype = text.partition(":")
        name = "input" if len(options.inputs) == 1 else f"input{number}"
        kind = f", dtype=torch.{dtype}" if dtype else ""
        lines.append(f"{name} = torch.randn({shape.replace('x', ',')}{kind})")
    if options.loss == OWN:
        lines.append(f"criterion = {module}.loss")
    return lines


def batch(options: Options) -> list[str]:
    """How each iteration takes its batch."""
    drawn = options.data == OWN and source_of(options)[0] != SCRIPT
    return ["input, target = next(batches)"] if drawn else []


def loss(options: Options) -> tuple[str, ...]:
    """The loss phase where the model itself returned it; empty where a criterion computes it."""
    return ("loss = output.loss",) if options.loss == RETURNED else ()


def line_in_step(frame: Frame, source: Sequence[str]) -> int:
    """Which of the file's lines a step is in, or ran last, from 0; −1: none is known.

    Before the first it is where the step is defined.
    """
    if frame.position.iteration == 0:
        return _definition(frame.options, source)
    if not frame.segments:
        return -1
    inside = frame.position.op is not None and frame.entry is not None
    line = frame.entry.line if inside and frame.entry else 0
    number = (line or frame.segments[-1].line) - 1
    return number if number < len(source) else -1


def _definition(options: Options, source: Sequence[str]) -> int:
    """The line from which a step is defined, from 0; −1: none is found."""
    names = (split_model(options.model)[1], "step", "train_step")
    starts = tuple(f"def {name}(" for name in names if name)
    found = (n for n, line in enumerate(source) if line.lstrip().startswith(starts))
    return next(found, -1)
