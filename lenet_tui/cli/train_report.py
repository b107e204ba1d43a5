"""What ``lenet-tui train`` says while it trains, and at the end."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from lenet_tui.evaluation.summary import result
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.augment import OFF
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.optimizers import ITS_OWN, SETTINGS
from lenet_tui.protocol.options import DRAWN, OWN, Options, resolved
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice
from lenet_tui.text.numbers import number, thousands
from lenet_tui.text.words import Words
from lenet_tui.training.rates import decided_elsewhere, rate

OptionsAt = Callable[[int], Options]


class Report(AbstractContextManager["Report"], Protocol):
    """Each form of the report. As a context it shows a training under way."""

    def begin(self, client: EngineClient, at: OptionsAt, length: int, total: int) -> None:
        """``total`` iterations are to be run; an epoch has ``length``, 0: it is not known.

        ``at``: the options when an iteration ended.
        """

    def line(self, text: str) -> None:
        """Write a line of the schedule's picture."""

    def frame(self, frame: Frame) -> None:
        """The training has come so far."""

    def verified(self, said: Notice, same: bool) -> None:
        """Whether a session resumed is as one never stopped."""

    def end(
        self, frame: Frame, found: Evaluation | None, path: Path | None, *, stopped: bool
    ) -> None:
        """The training is over, or was ``stopped``; ``path``: of the checkpoint."""


class Text:
    """For people: a progress bar or a line an epoch on stderr, the result on stdout."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._bar: Any = None
        self._task: Any = None
        self._said = 0

    def begin(self, client: EngineClient, at: OptionsAt, length: int, total: int) -> None:
        self._client, self._at, self._length, self._total = client, at, length, total
        self._said = _known(client)
        options = at(total)
        own = options.data in (OWN, DRAWN)
        settings = [(name, getattr(options, name)) for name in SETTINGS]
        names = [session_name(options), *([Path(options.data).name] * (options.data != OWN))]
        parts = [
            *dict.fromkeys(clean(name) for name in names),
            *([] if own else [self._words("status.batch", n=options.batch_size)]),
            options.optimizer,
            *([f"lr {options.lr:g}"] if options.lr >= 0 else []),
            *(f"{name.replace('_', '-')} {v:g}" for name, v in settings if v != ITS_OWN),
            *([] if decided_elsewhere(options) else [options.schedule]),
            *([f"augment {options.augment}"] if options.augment != OFF else []),
            self._words("status.seed", seed=options.seed),
            self._words("train.iterations", count=thousands(total)),
        ]
        self._err(" · ".join(part for part in parts if part))

    def line(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")

    def __enter__(self) -> Text:
        if sys.stderr.isatty():
            from rich import progress  # noqa: PLC0415 - only where there is a terminal
            from rich.console import Console  # noqa: PLC0415

            self._bar = progress.Progress(
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TimeRemainingColumn(),
                progress.TextColumn("{task.description}"),
                console=Console(stderr=True, highlight=False),
            )
            self._task = self._bar.add_task("", total=self._total)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def frame(self, frame: Frame) -> None:
        if self._bar is not None:
            loss = "" if frame.loss is None else number(frame.loss)
            said = f"{self._words('status.loss')} {loss}"
            if frame.evaluation is not None:
                said += f"  {result(frame.evaluation, self._words)}"
            self._bar.update(self._task, completed=frame.position.iteration, description=said)
        else:
            self._epochs()

    def _epochs(self) -> None:
        """A line for each evaluation that has come since the last."""
        for found in self._client.evaluations:
            if found.iteration <= self._said:
                continue
            loss = self._client.mean_loss(self._said + 1, found.iteration)
            lr = rate(self._at(found.iteration), found.iteration)
            parts = [
                _epoch(found.iteration, self._length, self._total, self._words),
                f"{self._words('status.loss')} {number(loss)}",
                result(found, self._words, 2),
                *([] if lr is None else [f"lr {number(lr)}"]),
            ]
            self._said = found.iteration
            self._err("  ".join(parts))

    def verified(self, said: Notice, same: bool) -> None:
        sys.stdout.write(f"{self._words.say(said)}\n")

    def end(
        self, frame: Frame, found: Evaluation | None, path: Path | None, *, stopped: bool
    ) -> None:
        if self._bar is None:
            self._epochs()
        n = thousands(frame.position.iteration)
        if stopped:
            self._err(self._words("train.stopped", n=n))
        if path is not None:
            self._err(self._words("train.written", path=clean(str(path)), n=n))
        if found is not None:
            sys.stdout.write(f"{result(found, self._words, 2)}\n")
        elif not stopped and frame.loss is not None:
            loss = number(frame.loss)
            sys.stdout.write(f"{self._words('train.no-test', loss=loss, n=n)}\n")

    def _err(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class Jsonl:
    """For programs: one JSON object a line on stdout."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said = 0

    def begin(self, client: EngineClient, at: OptionsAt, length: int, total: int) -> None:
        self._client, self._at, self._length = client, at, length
        self._said = _known(client)
        options = at(total)
        counts = {"iterations": total, "epoch_iterations": length or None}
        self._write({"event": "config", **resolved(options), **counts})

    def line(self, text: str) -> None:
        self._write({"event": "schedule", "text": text})

    def __enter__(self) -> Jsonl:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def frame(self, frame: Frame) -> None:
        for found in self._client.evaluations:
            if found.iteration <= self._said:
                continue
            n, first = found.iteration, self._said + 1
            self._said = n
            self._write(
                {
                    "event": "evaluation",
                    "iteration": n,
                    "epoch": n / self._length if self._length else None,
                    "lr": rate(self._at(n), n),
                    "loss": _finite(self._client.mean_loss(first, n)),
                    **_result(found),
                }
            )

    def verified(self, said: Notice, same: bool) -> None:
        self._write({"event": "verified", "same": same, "text": str(said)})

    def end(
        self, frame: Frame, found: Evaluation | None, path: Path | None, *, stopped: bool
    ) -> None:
        self.frame(frame)
        self._write(
            {
                "event": "end",
                "iteration": frame.position.iteration,
                "loss": _finite(frame.loss),
                **(_result(found) if found else {}),
                "stopped": stopped,
                "checkpoint": None if path is None else str(path),
                "seconds": round(time.monotonic() - self._began, 3),
            }
        )

    def _write(self, event: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(event, allow_nan=False) + "\n")
        sys.stdout.flush()


def _known(client: EngineClient) -> int:
    """The last iteration whose evaluation a session that is trained on has brought with it."""
    return max((found.iteration for found in client.evaluations), default=0)


def _result(found: Evaluation) -> dict[str, Any]:
    return {
        "test_loss": None if found.no_loss else _finite(found.loss),
        "accuracy": found.accuracy,
        "correct": found.correct if found.accuracy is not None else None,
        "total": found.total,
    }


def _finite(value: float | None) -> float | str | None:
    """A number as JSON can have it: ``"nan"``, ``"inf"`` and ``"-inf"`` as strings."""
    return value if value is None or math.isfinite(value) else str(value)


def _epoch(iteration: int, length: int, total: int, words: Words) -> str:
    """``epoch 3 of 20``, or where an epoch is unknown the iteration."""
    if not length or iteration % length:
        return words("train.iteration", n=thousands(iteration), total=thousands(total))
    return words("train.epoch", n=iteration // length, total=f"{total / length:.4g}")
