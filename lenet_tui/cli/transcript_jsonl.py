"""The transcript for programs: one JSON object a line (the contract is in the README)."""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy

from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.messages import Moved, Ready
from lenet_tui.protocol.options import resolved
from lenet_tui.protocol.phases import INIT
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.transcript import OpState, ParameterState, PhaseState
from lenet_tui.version import __version__

Event = dict[str, Any]


def line(event: Event) -> str:
    """``event`` as a line: numbers in full, ``"nan"``, ``"inf"`` and ``"-inf"`` as strings."""
    return json.dumps(_finite(event), allow_nan=False)


class Jsonl:
    """Writes the transcript for programs."""

    def begin(self, ready: Ready) -> None:
        """Write every option as resolved, and whatever else changes the bits."""
        self._write(
            {
                "event": "config",
                **resolved(ready.options),
                "device": ready.device.name,
                "device_title": ready.device.title,
                "dtype": ready.dtype,
                "threads": ready.threads,
                "cpu": ready.cpu,
                "torch": ready.torch,
                "numpy": numpy.__version__,
                "python": platform.python_version(),
                "lenet_tui": __version__,
            }
        )

    def init(self, moved: Moved) -> None:
        """Write what there is before the first iteration."""
        frame = moved.frame
        seconds = sum(s.seconds or 0.0 for s in frame.segments)
        at = Position(0, INIT.name)
        self._write(phase(PhaseState(at, "", frame.loss, seconds, moved.parameters, ())))

    def phase(self, moved: Moved) -> None:
        if moved.phase is not None:
            for entry in moved.phase.ops:
                self._write(op(entry))
            self._write(phase(moved.phase))

    def position(self, move: str, moved: Moved) -> None:
        """Write where a move has led."""
        self._write(
            {
                "event": "position",
                "move": move,
                **asdict(moved.frame.position),
                "loss": moved.frame.loss,
                "error": str(moved.error) if moved.error else None,
                "stopped": str(moved.stopped) if moved.stopped else None,
                "parameters": _parameters(moved.parameters),
            }
        )

    def _write(self, event: Event) -> None:
        sys.stdout.write(line(event) + "\n")
        sys.stdout.flush()


def phase(state: PhaseState) -> Event:
    """A phase that was passed."""
    return {
        "event": "phase",
        "iteration": state.position.iteration,
        "phase": state.position.phase,
        "loss": state.loss,
        "seconds": state.seconds,
        "parameters": _parameters(state.parameters),
    }


def op(state: OpState) -> Event:
    """One entry of the tape. A backward node has gradients where others have one tensor."""
    event: Event = {
        "event": "op",
        "iteration": state.iteration,
        "phase": state.phase,
        "index": state.index,
        "name": state.name,
        "op": state.op,
        "module": state.module,
    }
    if state.gradients is not None:
        event["gradients"] = [_brief(g) for g in state.gradients]
        if state.grad is not None:
            event["grad"] = _brief(state.grad)
        return event
    there = bool(state.sha256)
    return (
        event
        | dict(state.numbers)
        | {
            "shape": list(state.shape),
            "dtype": state.dtype,
            "sha256": state.sha256 or None,
            "min": state.low if there else None,
            "max": state.high if there else None,
            "mean": state.mean if there else None,
            "std": state.std if there else None,
        }
    )


def _parameters(states: Sequence[ParameterState]) -> Event:
    plain = map(asdict, states)
    return {state.pop("name"): state for state in plain}


def _brief(gradient: tuple[Shape, str] | None) -> Event | None:
    return {"shape": list(gradient[0]), "sha256": gradient[1]} if gradient else None


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
