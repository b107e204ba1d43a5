"""Inputs far from unit scale, or normalised twice, and single features of them that are off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.first_layer import Scale, scales
from lenet_tui.findings.engine.numbers.input_features import STILL, Feature
from lenet_tui.findings.engine.numbers.normalised import normalised_again, places
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import FORWARD

OFTEN = 2
"""Inputs in which a feature hardly varies, each by itself and all together."""


class InputScale(Detector):
    """Inputs far from unit scale where they meet the first weights.

    Of single features, where the input as a whole is near unit scale, a note: perhaps they are
    meant so.
    """

    def __init__(self) -> None:
        self._still: dict[str, list[dict[str, Feature]]] = {}
        """By the name of the weight: of each input the features that hardly vary."""
        self._met: dict[str, tuple[str, str]] = {}
        """Where that weight met its last input, and in which line."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for scale in scales(iteration.tape, iteration.trainer.names):
            line, evidence = iteration.line(scale.op), _whole(scale)
            self._still.setdefault(scale.weight, []).append({f.text: f for f in scale.still})
            self._met[scale.weight] = scale.op.name, line
            place = iteration.once(places).get(id(scale.op))
            call = iteration.calls[place] if place is not None else None
            again = normalised_again(iteration, call) if call is not None else None
            level = WARNING
            if again is not None:
                line = again.call.line
                before = {"mean_before": again.before.mean, "std_before": again.before.std}
                evidence |= {"reason": "again", "op": again.call.where, **before}
            elif scale.far is not None and scale.verdict != "tiny":
                evidence = _single(scale.far)
                level = WARNING if scale.verdict else NOTE
            elif not scale.verdict:
                continue
            yield Finding("input-scale", FORWARD.name, scale.op.name, line, evidence, level)

    def undecided(self) -> bool:
        return any(all(several) for several in self._still.values())

    def end(self) -> Iterable[Finding]:
        said: list[list[Feature]] = []
        for weight, several in self._still.items():
            always = [f for f in several[0].values() if _always(f, several)]
            if always and always not in said:  # the same input may meet several weights
                said.append(always)
                where, line = self._met[weight]
                evidence = _single(always[0]) | {"count": len(always)}
                yield Finding("input-scale", FORWARD.name, where, line, evidence, NOTE)


def _whole(scale: Scale) -> dict[str, Any]:
    return {
        "reason": scale.verdict, "mean": scale.mean, "std": scale.std,
        "low": scale.low, "high": scale.high,
    }  # fmt: skip


def _single(feature: Feature) -> dict[str, Any]:
    return {
        "reason": "still" if feature.still else "features", "feature": feature.text,
        "feature_mean": feature.mean, "feature_std": feature.std,
        "count": feature.count, "of": feature.of,
    }  # fmt: skip


def _always(feature: Feature, several: list[dict[str, Feature]]) -> bool:
    """Whether a feature hardly varies in any of the inputs, nor from one to another."""
    found = [each[feature.text].mean for each in several if feature.text in each]
    apart = max(found) - min(found) if found else 0.0
    return len(found) == len(several) >= OFTEN and apart < STILL * abs(feature.mean)
