"""What the screen has seen of a training: the losses, the evaluations, and samples of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from lenet_tui.curves import other_run
from lenet_tui.curves.chart import Curve
from lenet_tui.curves.class_names import both_ends
from lenet_tui.curves.known_names import KnownName
from lenet_tui.curves.other_run import EPOCHS, ITERATIONS, OtherRun
from lenet_tui.curves.samples import Samples
from lenet_tui.curves.series import Array, Dense
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.text.clean import ELLIPSIS

LOSS, ACCURACY, RATE, GRADIENT, RATIO = "loss", "accuracy", "rate", "gradient", "ratio"
CHARTS = (LOSS, ACCURACY, RATE, GRADIENT, RATIO)
BATCH, TEST, TRAINED, SEEN = "batch", "test", "trained", "seen"
"""The curves: of each batch, of held-out data, of samples of the training data, and of those
iterations that the screen has seen."""
OTHER, NAMED, STYLED = "other", "named", 3
"""The curves of other runs, and of several losses by name, in so many styles."""
READ = {
    LOSS: ((False, other_run.LOSS), (True, other_run.TEST_LOSS)),
    ACCURACY: ((True, other_run.ACCURACY),),
    RATE: ((False, other_run.RATE),),
}
"""What is read of other runs for each chart, and whether it is of held-out data."""


class Collected:
    """``losses`` are those of the session, gathered elsewhere; everything else comes in here."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._dense = Dense()
        self._named: dict[str, Dense] = {}
        self._known: dict[str, KnownName] = {}
        self._evaluations: dict[int, Evaluation] = {}
        self._of_evaluations: dict[str, list[Curve]] = {}
        """The curves of all evaluations, as long as none comes or goes."""
        self._best: Evaluation | None = None
        self._samples: dict[str, Samples] = {}
        self.last = 0
        """The last iteration that there is."""
        self.others: list[OtherRun] = []
        """Runs that are shown beside this one."""
        self.taking = False
        """Whether a frame is being taken, which the charts are about to be shown."""
        self.changes = 0
        """How often something has come in."""

    def forget(self) -> None:
        """Another session's numbers come."""
        self._evaluations.clear()
        self._evaluated()
        self._samples.clear()

    def know(self, evaluations: Iterable[Evaluation]) -> None:
        """Take what the engine has kept of evaluations."""
        self.changes += 1
        self._evaluations |= {e.iteration: e for e in evaluations}
        self._evaluated()

    def know_rates(self, rates: Iterable[tuple[int, float]]) -> None:
        """Take the learning rates that follow from the schedule, where none was seen."""
        self.changes += 1
        samples = self._samples.setdefault(RATE, Samples())
        for iteration, rate in rates:
            samples.put_missing(iteration, rate)

    def seen_from(self, kind: str) -> int:
        """The first iteration of which there is a number that only the screen keeps; 0: none."""
        samples = self._samples.get(kind)
        return samples.first if samples is not None else 0

    def take(self, frame: Frame) -> None:
        """Add what a frame says, and drop what is no longer part of the session."""
        self.changes += 1
        self.last = max(frame.end, frame.position.iteration)
        found = frame.evaluation
        if found is not None and self._evaluations.get(found.iteration) != found:
            self._evaluations[found.iteration] = found
            self._evaluated()
        at = frame.position.iteration
        norms = frame.norms
        measured = {
            RATE: _rate(frame) if at else None,
            GRADIENT: norms.gradient if norms else None,
            RATIO: norms.ratio if norms else None,
        }
        for kind, value in measured.items():
            if value is not None:
                self._samples.setdefault(kind, Samples()).put(at, value)
        for samples in self._samples.values():
            samples.drop_after(self.last)
        if max(self._evaluations, default=0) > self.last:
            self._evaluations = {n: e for n, e in self._evaluations.items() if n <= self.last}
            self._evaluated()

    def _evaluated(self) -> None:
        """Another evaluation has come in, or some have gone."""
        self._of_evaluations.clear()
        known = [e for e in self._evaluations.values() if e.accuracy is not None]
        self._best = max(known, key=lambda e: (e.accuracy or 0.0, -e.iteration), default=None)

    @property
    def extent(self) -> int:
        """The last iteration of this run or of one beside it."""
        return max([self.last, *(run.last for run in self.others)])

    def curves(self, kind: str) -> list[Curve]:
        """The lines of one chart; those of other runs are behind."""
        return [*self._beside(kind), *self._own(kind)]

    def _beside(self, kind: str) -> Iterator[Curve]:
        for number, run in enumerate(self.others):
            key, letter = f"{OTHER}{number % STYLED}", letter_of(number)
            if kind == LOSS and run.losses is not None:
                yield Curve(key, run.losses, spans=False, letter=letter)
            for held, read in READ.get(kind, ()):
                if (points := run.points(read)) is not None:
                    sign = letter.upper() if held else letter
                    yield Curve(key, x=points[0], y=points[1], letter=sign)

    def legend(
        self, kind: str, longest: int, counted: Mapping[str, str] | None = None
    ) -> list[str]:
        """The other runs that a chart shows: letters, and names in ``longest`` cells at most.

        The capital is of held-out data, as all of an accuracy is. ``counted`` is said of runs that
        are not counted by iterations: by what they are, with ``?`` where the length of an epoch is
        not known.
        """
        letters = {curve.letter for curve in self._beside(kind)}
        named = []
        for number, run in enumerate(self.others):
            letter = letter_of(number)
            there = [sign for sign in (letter, letter.upper()) if sign in letters]
            if there:
                by = run.counted + ("?" if run.counted == EPOCHS and not run.epoch_length else "")
                said = [] if run.counted == ITERATIONS or not counted else [counted[by]]
                behind = longest - 1 - longest // 3  # files of one folder differ at the end
                name = both_ends(run.name, longest, ELLIPSIS, behind)
                named.append(" ".join(["/".join(there), name, *said]))
        return named

    def _own(self, kind: str) -> list[Curve]:
        if kind == LOSS:
            self._dense.take(self._losses.values[: self.last + 1])
            named = self._by_name()
            batch = Curve(BATCH, self._dense)
            again = any(known.same(self.last) for known in self._known_names())
            return [*([] if again else [batch]), *named, *self._evaluation_curves(kind)]
        if kind == ACCURACY:
            return self._evaluation_curves(kind)
        samples = self._samples.get(kind)
        return [Curve(SEEN, x=samples.x, y=samples.y)] if samples else []

    def _evaluation_curves(self, kind: str) -> list[Curve]:
        if kind not in self._of_evaluations:
            trained, tested = self._of_training(), self._evaluations.values()
            said = _percents if kind == ACCURACY else _losses
            self._of_evaluations[kind] = [
                *_marked(TRAINED, said(trained), hollow=True),
                *_marked(TEST, said(tested)),
            ]
        return self._of_evaluations[kind]

    def _by_name(self) -> list[Curve]:
        """The losses of a step that has several, told apart by a number and a name."""
        made = []
        for number, (name, losses) in enumerate(self._losses.named.items()):
            dense = self._named.setdefault(name, Dense())
            dense.take(losses.values[: self.last + 1])
            key = f"{NAMED}{number % STYLED}"
            letter = str((number + 1) % 10)
            made.append(Curve(key, dense, spans=False, letter=letter, called=name))
        return made

    @property
    def named_from(self) -> int:
        """The first iteration of which the losses are known by name; 0: of none."""
        found = [known.first(self.last) for known in self._known_names()]
        return min(filter(None, found), default=0)

    def _known_names(self) -> list[KnownName]:
        """What is known of each loss that has a name; of another session's nothing yet."""
        for name, losses in self._losses.named.items():
            known = self._known.get(name)
            if known is None or known.losses is not losses:
                self._known[name] = KnownName(self._losses, losses)
        return [self._known[name] for name in self._losses.named]

    def _of_training(self) -> list[Evaluation]:
        found = (e.of_training for e in self._evaluations.values())
        return [e for e in found if e is not None]

    def value(self, curve: Curve, iteration: int) -> tuple[float, int] | None:
        """What a curve says at an iteration, or at the last one before it, and which that is."""
        if curve.dense is not None:
            values = curve.dense.values
            known = iteration < len(values) and not np.isnan(values[iteration])
            return (float(values[iteration]), iteration) if known else None
        if curve.x is None or curve.y is None:
            return None
        place = int(np.searchsorted(curve.x, iteration, side="right")) - 1
        return (float(curve.y[place]), int(curve.x[place])) if place >= 0 else None

    @property
    def best(self) -> Evaluation | None:
        """The evaluation with the highest accuracy, the first of several."""
        return self._best


def letter_of(number: int) -> str:
    """The letter of another run, from ``a``."""
    return chr(ord("a") + number % 26)


def _losses(evaluations: Iterable[Evaluation]) -> dict[int, float]:
    return {e.iteration: e.loss for e in evaluations}


def _percents(evaluations: Iterable[Evaluation]) -> dict[int, float]:
    return {e.iteration: 100 * e.accuracy for e in evaluations if e.accuracy is not None}


def _rate(frame: Frame) -> float:
    return frame.options.lr if frame.lr is None else frame.lr


def _marked(key: str, values: dict[int, float], hollow: bool = False) -> list[Curve]:
    if not values:
        return []
    x: Array = np.array(sorted(values), dtype=np.float64)
    y: Array = np.array([values[int(n)] for n in x], dtype=np.float64)
    return [Curve(key, x=x, y=y, hollow=hollow)]
