"""Steps two programs together and says where they part."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.history import Borrowed
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.moves import Set, parse_move
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.protocol.request import Rejected
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.training.engine.rng_guard import preserved_torch_state
from lenet_tui.twins.engine.alignment import named_rows, tape_rows
from lenet_tui.twins.engine.program import FAILURES, Program
from lenet_tui.twins.engine.summarise import batch_of
from lenet_tui.twins.mistake import BY_ID
from lenet_tui.twins.result import TwinIteration, TwinRow, Twins, TwinsResult
from lenet_tui.twins.script_pair import run_scripts

HEALTHY, BROKEN = "healthy.py", "broken.py"


def run_twins(request: Twins, session: Session | None = None) -> TwinsResult:
    """The twins of a mistake, or two files; ``Rejected`` where there is no such mistake."""
    if request.scripts:
        return run_scripts(request)
    if request.other:
        return _other(request, session)
    if not request.mistake:
        return _compared(request.a, request.b, request)
    mistake = BY_ID.get(request.mistake)
    if mistake is None:
        raise Rejected("twins:no-mistake", name=request.mistake, names=", ".join(BY_ID))
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder, HEALTHY), Path(folder, BROKEN)
        a.write_text(mistake.healthy, encoding="utf-8")
        b.write_text(mistake.broken, encoding="utf-8")
        result = _without(folder, _compared(str(a), str(b), request))
    return _with_texts(result, mistake.healthy.splitlines(), mistake.broken.splitlines())


def _with_texts(result: TwinsResult, a: Sequence[str], b: Sequence[str]) -> TwinsResult:
    """The result with what the lines say, where nobody has the files."""

    def text(lines: Sequence[str], number: int) -> str:
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def said(row: TwinRow) -> TwinRow:
        return replace(row, text_a=text(a, row.line_a), text_b=text(b, row.line_b))

    iterations = (replace(i, rows=tuple(map(said, i.rows))) for i in result.iterations)
    return replace(result, iterations=tuple(iterations))


def _without(folder: str, result: TwinsResult) -> TwinsResult:
    """The result without the name of a folder that is gone."""

    def shortened(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line.replace(f"{folder}/", "") for line in lines)

    iterations = tuple(
        i if not any(i.tracebacks) else replace(i, tracebacks=(shortened(a), shortened(b)))
        for i in result.iterations
        for a, b in (i.tracebacks,)
    )
    return replace(result, iterations=iterations)


def _compared(a: str, b: str, request: Twins) -> TwinsResult:
    options = request.options or resolve("", model=a, device=request.device, seed=request.seed)

    def made(file: str) -> Program:
        return Program(replace(options, model=file))

    names = Path(a).name, Path(b).name
    return _stepped(names, lambda: (made(a), made(b)), request.iterations, options.threads)


def _other(request: Twins, session: Session | None) -> TwinsResult:
    """One program with its options and with others."""
    changes = [move for move in map(parse_move, request.other) if isinstance(move, Set)]
    first, options = 1, request.options
    if options is None:
        assert session is not None
        navigator = session.navigator
        options, first = navigator.options, max(navigator.iteration, 1)
    names = ["", ", ".join(f"{c.option} {c.value}" for c in changes)]

    def made() -> tuple[Program, Program]:
        start = None if request.options is not None or session is None else _start(session, first)
        ours = Program(options, start, first)
        names[0] = _named(ours.trainer.options, changes)
        return ours, Program(options, start, first, changes)

    result = _stepped(("", names[1]), made, request.iterations, options.threads, first)
    return replace(result, names=(names[0], names[1]))


def _named(options: Options, changes: Sequence[Set]) -> str:
    """The options that are changed, as they are."""
    values = {c.option: getattr(options, c.option.replace("-", "_")) for c in changes}
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _start(session: Session, first: int) -> bytes:
    """What an iteration of the session started from."""
    navigator = session.navigator
    again = Navigator(navigator.options, Borrowed(navigator.history), RecorderProgress())
    again.end_of(first - 1)
    return keyframe.capture(again.trainer)


def _stepped(
    names: tuple[str, str],
    make: Callable[[], tuple[Program, Program]],
    count: int,
    threads: int,
    first: int = 1,
) -> TwinsResult:
    """What both gave; the process is as before."""
    with preserved_torch_state(), _preserved_imports(), _threads(threads):
        try:
            ours, theirs = make()
        except FAILURES as failed:
            traceback = tuple(getattr(failed, "traceback", ()))
            return TwinsResult(names, error=failed.notice, traceback=traceback)
        rows = list(_iterations(ours, theirs, range(first, first + count)))
    return TwinsResult(names, tuple(rows))


def _iterations(a: Program, b: Program, numbers: range) -> Iterator[TwinIteration]:
    yield TwinIteration(0, tuple(named_rows("init", "parameter", a.state(), b.state())))
    for number in numbers:
        if a.error is not None or b.error is not None:
            return
        a.step()
        b.step()
        rows = [
            *named_rows("data", "batch", batch_of(a.tape.batch), batch_of(b.tape.batch)),
            *tape_rows(a.tape, b.tape, (a.own_lines, b.own_lines)),
            *named_rows("after", "buffer", a.trainer.buffers, b.trainer.buffers),
        ]
        yield TwinIteration(
            number, tuple(rows), (a.loss(), b.loss()), (a.error, b.error),
            (a.traceback, b.traceback),
        )  # fmt: skip


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Have torch use so many threads, as in a session: their number decides the last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _preserved_imports() -> Iterator[None]:
    """Leave the import system as it was for the session's own code."""
    path, modules, argv = list(sys.path), dict(sys.modules), list(sys.argv)
    try:
        yield
    finally:
        sys.path[:], sys.argv[:] = path, argv
        for name, module in list(sys.modules.items()):
            if name in modules:
                sys.modules[name] = modules[name]
            elif Path(getattr(module, "__file__", None) or "").name in (HEALTHY, BROKEN):
                del sys.modules[name]
