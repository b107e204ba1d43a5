"""What crosses between the screen and the engine: frozen plain values, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from lenet_tui.protocol.blob import Blob, Part
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.frame import Device, Frame, Named, Parameter
from lenet_tui.protocol.iteration_plan import IterationPlan
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import Options, change
from lenet_tui.protocol.position import Count, Iteration, Position
from lenet_tui.protocol.request import Request
from lenet_tui.protocol.transcript import ParameterState, PhaseState
from lenet_tui.protocol.views import ViewRequest
from lenet_tui.text.notice import Notice

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# From the screen to the engine.


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session without its keyframes: what a new engine needs to carry on.

    ``segment``: number of the segment that the position is in. ``end``: the furthest point
    recorded, (iteration, segment, ops done; infinity: all). ``plans``: of the iterations in
    which something special was asked. ``keyframes``: iteration and size of each stored one.
    ``digest``: of the state at the position, where it is known: a replay must give it again.
    ``evaluations``: how good the model was, in order of the iterations.
    ``foreign``: the snapshot was read from a file, so that its keyframes are checked first.
    """

    position: Position
    segment: Count
    end: tuple[Iteration, Annotated[int, range(-1, 10**6)], float]
    plans: tuple[tuple[Iteration, IterationPlan], ...] = ()
    keyframes: tuple[tuple[int, int], ...] = ()
    spacing: Annotated[int, range(1, 2**40)] = 32
    watches: tuple[tuple[Annotated[int, range(1, 10**8)], str], ...] = ()
    digest: str = ""
    evaluations: tuple[Evaluation, ...] = ()
    foreign: bool = False

    def options_at(self, iteration: int, begun: Options) -> Options:
        """The options when an iteration ended, in a session ``begun`` with others.

        Of the iteration of the position: at the position.
        """
        for number, plan in sorted(self.plans, key=lambda known: known[0]):
            if number > iteration:
                break
            here = number == self.position.iteration
            reached = plan.cut(self.segment, self.position.op) if here else plan
            for each in reached.changes:
                begun = change(begun, each.move.option, each.move.value)
        return begun


@dataclass(frozen=True, slots=True)
class Start:
    """The first command: the options of a new session, or of one to be resumed."""

    options: Options
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class DoMove:
    """Make one move. ``parameters``, ``ops``: also report their digests (for the transcript).

    ``watched``: it is a step of a run, which ends where a watchpoint becomes true.
    """

    number: int
    move: Move
    parameters: bool = False
    ops: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the screen shows from now on; answered by a ``FrameUpdate`` when the engine is idle.

    ``graph``, ``norms``: whether frames bring the autograd graph, and ``Frame.norms``. ``tape``:
    whether the frames of a run bring what its iterations did; if not, none is recorded for them.
    """

    views: tuple[ViewRequest, ...] = ()
    graph: bool = False
    norms: bool = False
    tape: bool = True


@dataclass(frozen=True, slots=True)
class RunFree:
    """Run flat out until ``Pause`` or a watchpoint, sending frames.

    A frame is sent when the one before has been answered by ``FrameAcknowledged``.
    """

    number: int


@dataclass(frozen=True, slots=True)
class FrameAcknowledged:
    """The last frame is on the screen: the next may come."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop a ``RunFree`` or ``Continue`` at the next boundary."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the number that its reply carries."""

    number: int
    request: Request[Any]


@dataclass(frozen=True, slots=True)
class Keyframe:
    """The bytes of a keyframe: the answer to ``RequestKeyframe``.

    As a report: store it outside the engine. Its bytes follow it in the pipe; or, of shared memory,
    the descriptors of so many ``files``, that its ``parts`` are in.
    """

    iteration: int
    blob: Blob
    parts: tuple[Part, ...] = ()
    files: int = 0


@dataclass(frozen=True, slots=True)
class Close:
    """End the engine."""


@dataclass(frozen=True, slots=True)
class TakeKeys:
    """Of several screens of one session, the one that sends this makes the moves from now on."""


@dataclass(frozen=True, slots=True)
class EndProgram:
    """End the session, and the person's own program that it is in, as its Ctrl-C would."""


Command = (
    Start | DoMove | Subscription | RunFree | FrameAcknowledged | Pause | Asked | Keyframe | Close
    | TakeKeys | EndProgram
)  # fmt: skip


# From the engine to the screen.


@dataclass(frozen=True, slots=True)
class Began:
    """The engine takes up the next ``Start``: what it reports from now on is of that session."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine has run init. ``printed``: what ``print(net)`` gives. ``source``: of the model's
    class, if it can be had; ``line``: where in its file it begins.
    """

    options: Options
    device: Device
    torch: str
    threads: int
    cpu: str
    dtype: str
    printed: str
    parameters: tuple[Parameter, ...]
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """A ``DoMove`` or ``RunFree`` is over. ``error``: why it was rejected (the session is as it
    was). ``stopped``: what ended a run.
    """

    number: int
    frame: Frame
    error: Notice | None = None
    stopped: Notice | None = None
    parameters: tuple[ParameterState, ...] = ()
    phase: PhaseState | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameUpdate:
    """A frame outside a move: while running, or after ``Subscription``."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Recorded:
    """History grew or was cut: what the app must know if the engine dies.

    ``losses``: those of the snapshot's iterations that no frame has brought, from iteration
    ``losses_from`` on.
    """

    snapshot: Snapshot
    losses_from: int = 0
    losses: Sequence[float] | npt.NDArray[np.float64] = ()
    named: Named = ()


@dataclass(frozen=True, slots=True)
class EvictedKeyframes:
    """Keyframes that need not be stored any longer."""

    iterations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RequestKeyframe:
    """The engine requests a stored keyframe, and answers nothing else before it has it."""

    iteration: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Sent now and then while a command takes long: where torch is, since how many seconds.

    ``what``: the op under way; empty between two, then ``after`` is the one that has finished.
    ``silent``: the client reports that an engine at work has sent nothing for so long; of a
    request, which is no move, the client knows no phase.
    """

    position: Position
    segment: int
    what: str
    seconds: float
    silent: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A line that torch (or anything in the engine) printed or warned.

    ``kind``: ``warning``, ``output``, ``error``, or ``traceback`` of an owner's own exception.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Passing:
    """A person's script runs on and nothing is recorded: it has ended this iteration.

    ``loss``: of this iteration, or of an ``earlier`` one; ``None``: none is known.
    """

    iteration: int
    loss: float | None = None
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of what the session does with its data, and did not ask for."""

    notice: Notice


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """The answer to the request of that number, or the ``error`` with the reason."""

    number: int
    answer: Any = None
    error: Notice | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception of the owner's code: its class, its first line, and where it was raised.

    ``line``: ``file.py:17`` of the owner's; empty: not known.
    """

    kind: str
    message: str
    line: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine could not start (``exit`` 2: an option was wrong), or broke: one line.

    ``raised``: by the owner's code, where it was that.
    """

    error: Notice
    exit: int = 1
    raised: Raised | None = None


@dataclass(frozen=True, slots=True)
class Died:
    """The engine's process has ended (reported by the client, never by the engine itself)."""

    error: Notice


@dataclass(frozen=True, slots=True)
class Ended:
    """A person's own process no longer is the engine, and no other can take its place: why."""

    error: Notice


@dataclass(frozen=True, slots=True)
class Keys:
    """Of so many ``screens`` of one session: whether this one makes the moves."""

    yours: bool
    screens: int


Report = (
    Began | Ready | Moved | FrameUpdate | Recorded | Keyframe | EvictedKeyframes
    | RequestKeyframe | Busy | Passing | Printed | Remark | Answered | Failed | Died | Ended | Keys
)  # fmt: skip
