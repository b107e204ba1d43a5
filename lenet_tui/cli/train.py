"""``lenet-tui train``: trains without a screen, evaluates, and writes a checkpoint."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.checkpoint import Checkpoint, checkpoint_every
from lenet_tui.cli.options import CommandError, complain, language, session_options
from lenet_tui.cli.stopping import Stops
from lenet_tui.cli.train_files import checkpoint_path, opened, weights_path, write_weights
from lenet_tui.cli.train_report import Jsonl, OptionsAt, Report, Text
from lenet_tui.cli.words import words_in
from lenet_tui.evaluation.request import Evaluate
from lenet_tui.history.request import StateDigest, StoreKeyframe
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.messages import DoMove, Moved, Subscription
from lenet_tui.protocol.moves import Goto
from lenet_tui.protocol.options import NET, Options, check
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.text.notice import Notice, notice
from lenet_tui.text.numbers import thousands
from lenet_tui.training.request import EpochLength
from lenet_tui.training.schedule_picture import picture

EPOCHS = 20
"""How long it trains if nothing is said."""
BATCH = 16
"""The batch size of images, if none is given."""
RECIPE: Mapping[str, Any] = {
    **{"optimizer": "adamw", "lr": 0.005, "weight_decay": 1.0},
    **{"augment": "shift=2,rotate=10"},
}
"""What is trained with where nothing of it is given, beside ``warmup:1 epoch+cosine:the rest``."""
LEAST = 0.02
"""What is left of the learning rate at the end, so that a checkpoint can be trained on."""
TOLD = ("optimizer", "lr", "weight_decay", "schedule", "momentum", "loss", "clip")
"""If one of these options is given, the recipe is left, and all are as for every other command."""
FAILED, BY_SIGNAL = 1, 128


def run(args: argparse.Namespace) -> int:
    """Train as asked; 0 if all was done, 1 if torch rejected it, 128 + n if signal n stopped it.

    Ctrl-C stops it, and so do the signal by which a batch system ends a job, a lost connection and
    an output that nobody reads: the checkpoint is written, at the end of an iteration. It is
    written now and then on the way, for what ends the program without a word.
    """
    given = vars(args)
    path, weights = checkpoint_path(args), weights_path(args)
    every = checkpoint_every(args)
    saved = opened(args)
    words, ascii = words_in(language(args)), bool(given.get("ascii"))
    report: Report = Jsonl() if given.get("format") == "jsonl" else Text(words)
    with BlockingEngine(report.frame) as engine:
        options, length = _begun(engine, given, args, saved)
        total = _total(given, length)
        here = saved.snapshot.position.iteration if saved is not None else 0
        reached = 0 < total <= here
        if reached:  # less is no order to go back
            total = here
            complain(_reached(here, length))
        report.begin(engine.client, _options_at(options, saved), length, total)
        if given.get("dry_run"):
            for line in picture(parse_schedule(options.schedule), options.lr, total, ascii=ascii):
                report.line(line)
            return 0
        if given.get("verify_resume"):
            return _verified(engine, options, total, report)
        with Stops(engine.pause) as stops:
            checkpoint = None if path is None else Checkpoint(engine, path, every)
            moved, found = _trained(engine, report, stops, total, checkpoint)
            written = checkpoint is None or checkpoint.finish()
            with stops.reading():
                if weights is not None:
                    write_weights(engine, weights)
                stopped = bool(stops) and moved.frame.position.iteration < total
                report.end(moved.frame, found, path if written else None, stopped=stopped)
    if stops.number:
        return BY_SIGNAL + stops.number
    if stops.gone is not None:
        raise stops.gone
    if moved.error:
        complain(moved.error)
        return FAILED
    loss = moved.frame.loss
    if loss is not None and not math.isfinite(loss):
        complain(notice("cli:not-finite", loss=loss))
        return FAILED
    return 0 if written else FAILED


def _begun(
    engine: BlockingEngine,
    given: Mapping[str, Any],
    args: argparse.Namespace,
    saved: SavedSession | None,
) -> tuple[Options, int]:
    """Start or resume the session; returns its options, and the iterations of an epoch."""
    if saved is not None:
        engine.resume(saved, Path(given["resume"]))
        return saved.options, engine.ask(EpochLength())
    options = session_options(args)
    if "batch_size" not in given and _images(options):
        options = check(replace(options, batch_size=BATCH))
    ready = engine.start(options)
    length = engine.ask(EpochLength())
    if not _images(options) or options.model != NET:
        return ready.options, length
    if told := [name for name in TOLD if name in given]:
        complain(notice("cli:own-recipe", options=", ".join(_option(name) for name in told)))
        return ready.options, length
    recipe = {name: value for name, value in RECIPE.items() if name not in given}
    options = _scheduled(replace(options, **recipe), length, _total(given, length))
    return engine.start(options).options, length


def _options_at(options: Options, saved: SavedSession | None) -> OptionsAt:
    """What was set on the way, in a session that is resumed, is in force from there."""
    if saved is None:
        return lambda iteration: options
    return lambda iteration: saved.snapshot.options_at(iteration, options)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _images(options: Options) -> bool:
    return options.preset == "digits" and options.data != "random"


def _scheduled(options: Options, length: int, total: int) -> Options:
    """The options with the schedule that the command chooses by itself, for so many iterations."""
    warm = min(length, total // 2)
    schedule = f"cosine:{total - warm}:{LEAST}"
    if warm:
        schedule = f"warmup:{warm}+{schedule}"
    return check(replace(options, schedule=schedule))


def _total(given: Mapping[str, Any], length: int) -> int:
    """The iteration at which the training ends."""
    if "iterations" in given:
        return int(given["iterations"])
    if not length:
        raise CommandError("cli:no-epochs")
    return int(given.get("epochs", EPOCHS)) * length


def _reached(iteration: int, length: int) -> Notice:
    if not length:
        return notice("cli:reached", n=thousands(iteration))
    return notice("cli:reached-epoch", n=thousands(iteration), epoch=f"{iteration / length:.4g}")


def _trained(
    engine: BlockingEngine, report: Report, stops: Stops, total: int, checkpoint: Checkpoint | None
) -> tuple[Moved, Evaluation | None]:
    """Train to an iteration and evaluate; returns where it ended, and what was found, or none.

    The checkpoint is written now and then meanwhile, and once more where the engine is lost.
    """
    moved: Moved | None = None
    found: Evaluation | None = None
    engine.send(Subscription(tape=False))  # its frames say how far it is, and no more
    engine.send(DoMove(1, Goto(total)))
    try:
        with checkpoint or nullcontext():
            while moved is None:  # what raises where nobody reads may do so more than once
                with stops.reading(), report:
                    moved = engine.answer(Moved)
                    if not stops:
                        found = _evaluated(engine, moved)
    except CommandError:
        if checkpoint is not None:
            checkpoint.rescue()
        raise
    return moved, found


def _evaluated(engine: BlockingEngine, moved: Moved) -> Evaluation | None:
    """The evaluation at the end; ``None`` where nothing is held out."""
    if moved.error or not moved.frame.held_out:
        return None
    reply = engine.begin(Evaluate())()
    if reply.error is not None:
        complain(reply.error)
    return reply.answer


def _verified(engine: BlockingEngine, options: Options, total: int, report: Report) -> int:
    """Whether a session resumed half-way in a new process comes out as one never stopped."""
    half = max(1, total // 2)
    _must(engine, half)
    engine.ask(StoreKeyframe(), FAILED)
    saved = engine.client.saved()
    assert saved is not None
    rest = total - half
    with BlockingEngine() as other:
        reread = _reread(saved, options)
        other.resume(*reread)
        reread[1].unlink()
        digests = []
        for each in (engine, other):
            before = each.ask(StateDigest())
            _must(each, total)
            digests.append((before, each.ask(StateDigest()), each.client.evaluations))
    same = digests[0] == digests[1]
    digest, other_digest = (found[1][:16] for found in digests)
    said = notice("cli:resume-verified", half=half, rest=rest, digest=digest)
    if not same:
        said = notice("cli:resume-differs", half=half, rest=rest, digest=digest, other=other_digest)
    report.verified(said, same)
    return 0 if same else FAILED


def _reread(saved: SavedSession, options: Options) -> tuple[SavedSession, Path]:
    """The session as it comes back from a file, and the file."""
    import tempfile  # noqa: PLC0415

    from lenet_tui.protocol.new_file import write_new  # noqa: PLC0415
    from lenet_tui.sessions.file_format import pieces  # noqa: PLC0415
    from lenet_tui.sessions.store import read  # noqa: PLC0415

    handle, name = tempfile.mkstemp(suffix=".session")
    os.close(handle)
    write_new(Path(name), *pieces(saved), replace=True)
    return read(Path(name), options.model), Path(name)


def _must(engine: BlockingEngine, iteration: int) -> None:
    moved = engine.move(DoMove(1, Goto(iteration)))
    if moved.error:
        raise CommandError(moved.error, FAILED)
