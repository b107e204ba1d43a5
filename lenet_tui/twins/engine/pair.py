"""Steps two programs together and says where they part."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine.rng_guard import preserved_torch_state
from lenet_tui.twins.engine.alignment import named_rows, tape_rows
from lenet_tui.twins.engine.program import FAILURES, Program
from lenet_tui.twins.mistake import BY_ID
from lenet_tui.twins.result import TwinIteration, Twins, TwinsResult

HEALTHY, BROKEN = "healthy.py", "broken.py"
STEMS = ("input", "target")
"""Second names of the first of several."""


def run_twins(request: Twins) -> TwinsResult:
    """The twins of a mistake, or two files; ``Rejected`` where there is no such mistake."""
    if not request.mistake:
        return _compared(request.a, request.b, request)
    mistake = BY_ID.get(request.mistake)
    if mistake is None:
        raise Rejected("twins:no-mistake", name=request.mistake, names=", ".join(BY_ID))
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder, HEALTHY), Path(folder, BROKEN)
        a.write_text(mistake.healthy, encoding="utf-8")
        b.write_text(mistake.broken, encoding="utf-8")
        return _without(folder, _compared(str(a), str(b), request))


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
    with preserved_torch_state(), _preserved_imports():
        try:
            ours, theirs = (Program(file, request.seed, request.device) for file in (a, b))
        except FAILURES as failed:
            names = Path(a).name, Path(b).name
            traceback = tuple(getattr(failed, "traceback", ()))
            return TwinsResult(names, error=failed.notice, traceback=traceback)
        rows = list(_iterations(ours, theirs, request.iterations))
    return TwinsResult((ours.name, theirs.name), tuple(rows))


def _iterations(a: Program, b: Program, count: int) -> Iterator[TwinIteration]:
    yield TwinIteration(0, tuple(named_rows("init", "parameter", a.state(), b.state())))
    for number in range(1, count + 1):
        if a.error is not None or b.error is not None:
            return
        a.step()
        b.step()
        rows = [
            *named_rows("data", "batch", _batch(a), _batch(b)),
            *tape_rows(a.tape, b.tape),
            *named_rows("after", "buffer", a.trainer.buffers, b.trainer.buffers),
        ]
        yield TwinIteration(
            number, tuple(rows), (a.loss(), b.loss()), (a.error, b.error),
            (a.traceback, b.traceback),
        )  # fmt: skip


def _batch(program: Program) -> dict[str, torch.Tensor]:
    batch = program.tape.batch
    if batch is None:
        return {}
    others = {id(t) for n, t in batch.named.items() if n not in STEMS}
    return {n: t for n, t in batch.named.items() if n not in STEMS or id(t) not in others}


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
