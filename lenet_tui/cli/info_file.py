"""``lenet-tui info FILE``: what a checkpoint, a saved session or a file of weights holds."""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.evaluation.summary import whole
from lenet_tui.process import forkserver
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.options import as_dict
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.sessions.contents import Contents, contents
from lenet_tui.sessions.file_format import ANY_MODEL, MOST_BYTES, SaveError
from lenet_tui.sessions.store import read
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, shape_text, thousands
from lenet_tui.text.words import Words
from lenet_tui.training.rates import rate
from lenet_tui.training.request import Held, HeldPart, HeldWeight, ReadWeights
from lenet_tui.training.schedule_picture import picture

SAVED = (".pt", ".pth", ".safetensors", ".ckpt", ".bin", ".tar")
"""How names end of what torch may have saved, where it is no session."""
NO_SESSION = "sessions:no-session"


def run(args: argparse.Namespace, file: str) -> int:
    """Print what is in the file; ``CommandError``, one line, for any other file."""
    try:
        saved = read(Path(file), ANY_MODEL, MOST_BYTES)
        held = contents(saved)
    except SaveError as error:
        if error.notice.key == NO_SESSION and file.endswith(SAVED):
            return _saved_by_torch(args, file)
        raise CommandError("cli:no-checkpoint", path=clean(file), error=error.notice) from None
    ascii = bool(vars(args).get("ascii"))
    words, printer = words_in(language(args)), Printer(ascii)
    printer.line(clean(session_name(saved.options)), "bold")
    printer.table(("", ""), _session(saved, held, words))
    printer.line("")
    printer.line(words("held.options"), "bold")
    printer.table(("", ""), [(k.replace("_", "-"), str(v)) for k, v in _options(saved).items()])
    schedule = parse_schedule(saved.options.schedule)
    if not schedule.constant:
        for line in picture(schedule, saved.options.lr, ascii=ascii):
            printer.line(line)
    printer.line("")
    printer.line(words("held.tensors"), "bold")
    titles = [words(f"held.{t}") for t in ("name", "dtype", "shape", "count", "grad", "state")]
    printer.table(titles, _tensors(held, words))
    return 0


def _saved_by_torch(args: argparse.Namespace, file: str) -> int:
    """What torch saved: weights alone, or a checkpoint. No code of it is run."""
    words, printer = words_in(language(args)), Printer(bool(vars(args).get("ascii")))
    forkserver.prepare()
    with BlockingEngine() as engine:
        reply = engine.begin(ReadWeights(str(Path(file).resolve())))()
    if reply.answer is None:
        assert reply.error is not None
        raise CommandError("cli:no-weights", path=clean(file), error=reply.error)
    if reply.answer.parts:
        _checkpoint(reply.answer, words, printer)
    else:
        _weights(reply.answer.weights, words, printer)
    return 0


def _weights(held: tuple[HeldWeight, ...], words: Words, printer: Printer) -> None:
    printer.line(words("held.weights"), "bold")
    counts = [math.prod(tensor.shape) for tensor in held]
    rows = [
        (clean(tensor.name, 200), tensor.dtype, shape_text(tensor.shape), thousands(count))
        for tensor, count in zip(held, counts, strict=True)
    ]
    titles = [words(f"held.{t}") for t in ("name", "dtype", "shape", "count")]
    printer.table(titles, [*rows, (words("held.all"), "", "", thousands(sum(counts)))])


def _checkpoint(held: Held, words: Words, printer: Printer) -> None:
    """The parts, and which of those are not there that training goes on from."""
    printer.line(words("held.checkpoint"), "bold")
    rows = [
        (clean(part.name, 200), words(f"held.kind.{part.kind}"), _facts(part, words))
        for part in held.parts
    ]
    printer.table([words(f"held.{t}") for t in ("name", "part", "content")], rows)
    if held.lacks:
        lacks = ", ".join(words(f"held.kind.{kind}") for kind in held.lacks)
        printer.line(words("held.lacks", kinds=lacks))


def _facts(part: HeldPart, words: Words) -> str:
    texts = []
    for name, value in part.facts:
        shown = value if isinstance(value, str) else number(value)
        if shown:
            texts.append(f"{words(f'held.fact.{name}')} {shown}" if name else shown)
    return ", ".join(texts)


def _session(saved: SavedSession, held: Contents, words: Words) -> list[tuple[str, str]]:
    snapshot, position = saved.snapshot, saved.snapshot.position
    options = snapshot.options_at(position.iteration, saved.options)
    phase = phase_text(position.phase, words)
    where = words("log.where", n=thousands(position.iteration), phase=phase)
    end = thousands(snapshot.end[0])
    used, at = thousands(held.used), thousands(held.iteration)
    place = words("held.place", epoch=held.epoch, used=used, n=at)
    lr = rate(options, position.iteration)
    rows = [
        (words("held.position"), words("held.where", where=where, end=end)),
        (words("held.keyframes"), ", ".join(map(thousands, sorted(saved.keyframes)))),
        (words("held.optimizer"), options.optimizer + ("" if lr is None else f", lr {number(lr)}")),
        *([] if lr is None else [(words("held.schedule"), options.schedule)]),
        (words("held.generators"), ", ".join(held.generators)),
        (words("held.data"), place),
        *((words("held.test"), whole(found, words)) for found in snapshot.evaluations[-1:]),
        (words("held.loss"), "–" if saved.loss is None else number(saved.loss)),
        (
            words("held.made"),
            words("held.made-with", torch=saved.torch, cpu=saved.cpu, threads=saved.threads),
        ),
        (words("held.saved"), time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(saved.saved))),
    ]
    return [(name, clean(text)) for name, text in rows]


def _options(saved: SavedSession) -> dict[str, object]:
    """The options that the session began with; what was set later is in its plans."""
    return {name: clean(str(value)) for name, value in as_dict(saved.options).items()}


def _tensors(held: Contents, words: Words) -> list[tuple[str, ...]]:
    rows = [
        (
            p.name,
            p.dtype,
            shape_text(p.shape),
            thousands(p.count),
            words("held.yes") if p.grad else "None",
            ", ".join(p.state),
        )
        for p in held.parameters
    ]
    rows += [
        (b.name, b.dtype, shape_text(b.shape), thousands(b.count), words("held.buffer"), "")
        for b in held.buffers
    ]
    total = thousands(sum(p.count for p in held.parameters))
    return [*rows, (words("held.total"), "", "", total, "", "")]
