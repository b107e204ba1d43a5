"""An evaluation in words, at length and in short."""

from __future__ import annotations

from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.text.numbers import number, thousands
from lenet_tui.text.words import Words


def percent(correct: int, total: int, digits: int = 1) -> str:
    """A share as ``97.2``; only all of them are ``100.0``."""
    shown = f"{100 * correct / total:.{digits}f}"
    whole = f"{100:.{digits}f}"
    return f"{100 - 10**-digits:.{digits}f}" if shown == whole and correct < total else shown


def result(evaluation: Evaluation, words: Words, digits: int = 1) -> str:
    """``test accuracy 97.2 % (350 of 360)``; without classes the loss."""
    total = thousands(evaluation.total)
    if evaluation.accuracy is None:
        kind = _kind(evaluation)
        return words(f"evaluation{kind}", loss=number(evaluation.loss), total=total)
    share = percent(evaluation.correct, evaluation.total, digits)
    correct = thousands(evaluation.correct)
    return words("evaluation.accuracy", percent=share, correct=correct, total=total)


def _kind(evaluation: Evaluation) -> str:
    """What there is to say: of classes, else of the loss, else that there is neither."""
    if evaluation.accuracy is not None:
        return ""
    return ".nothing" if evaluation.no_loss else ".loss"


def whole(evaluation: Evaluation, words: Words) -> str:
    """The result and after which iteration it is so."""
    what, n = result(evaluation, words), thousands(evaluation.iteration)
    return words("evaluation.after", what=what, n=n)


def lines(evaluation: Evaluation | None, epochs: float | None, words: Words) -> list[str]:
    """How far the data have been gone through, and the evaluation: the longest text first.

    Empty where neither is known.
    """
    epoch = words("evaluation.epoch", epochs=f"{epochs:.2f}") if epochs else ""
    if evaluation is None:
        return [epoch] if epoch else []
    values = {
        "n": thousands(evaluation.iteration),
        "percent": percent(max(evaluation.correct, 0), evaluation.total),
        "loss": number(evaluation.loss),
    }
    kind = _kind(evaluation)
    long = whole(evaluation, words)
    short, least = (words(f"evaluation.{key}{kind}", **values) for key in ("short", "least"))
    whole_ones = [f"{epoch}  {text}" for text in (long, short)] if epoch else [long]
    return [*whole_ones, short, least]
