"""Between one engine and all of its screens: whose commands count, and what each one gets.

It takes the place of the pipe for ``process.engine.server``. One screen holds the keys: its moves
are made. The others look: of what they ask only what changes nothing is done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lenet_tui.attach.engine.keyframes import LocalStore
from lenet_tui.attach.engine.left import Left
from lenet_tui.attach.engine.seat import Seat
from lenet_tui.attach.wire import Leave
from lenet_tui.evaluation.request import Evaluate
from lenet_tui.protocol import messages
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses, Taken
from lenet_tui.protocol.moves import KillEngine
from lenet_tui.protocol.options import Options
from lenet_tui.text.notice import Notice, notice

_TO_ALL = (
    messages.Busy, messages.Passing, messages.Printed, messages.Remark, messages.Failed
)  # fmt: skip


class Hub(LocalStore):
    """``process.engine.pipe.Pipe`` describes the methods that the server calls.

    ``alone``: called, on another thread, when a line was lost and no screen is left. ``left``: how
    the last screen was left; ``None`` while the session goes on. ``broke``: why a screen's line was
    cut that sent what no screen may.
    """

    def __init__(self, options: Options, alone: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.left: Left | None = None
        self.broke: Notice | None = None
        self._options, self._alone = options, alone
        self._changed = threading.Condition()
        self._seats: list[Seat] = []
        self._holder: Seat | None = None
        self._inbox: deque[messages.Command] = deque()
        self._asked: dict[int, tuple[Seat, int]] = {}
        self._number = 0
        self._started = self._failed = self._opened = False
        self._ready: messages.Ready | None = None
        self._frame: Frame | None = None
        self._losses = Losses()

    # The screens

    @property
    def screens(self) -> int:
        """How many there are."""
        return len(self._seats)

    @property
    def has_own(self) -> bool:
        """Whether the host's own screen is among them."""
        return any(seat.own for seat in self._seats)

    @property
    def visitors(self) -> int:
        """How many have come from other terminals."""
        return sum(not seat.own for seat in self._seats)

    def join(self, seat: Seat) -> None:
        """Take in a screen; the first one holds the keys."""
        with self._changed:
            self._seats.append(seat)
            self._opened |= seat.own
            self._holder = self._holder or seat
            self._tell()
        seat.open(self._hear, self._lost)

    def screen_ended(self) -> None:
        """The process of the own screen is over; one that has never joined is not missed later."""
        with self._changed:
            if not self._opened and not self._seats:
                self._over(Left.DIED)

    def end(self, left: Left) -> None:
        """End the session as soon as what is under way is over."""
        with self._changed:
            self._over(left)

    def close(self, why: Notice) -> None:
        """Say good-bye to every screen that is still there."""
        with self._changed:
            self.left = self.left or Left.ON
            seats, self._seats, self._holder = self._seats, [], None
            self._asked.clear()
        for seat in seats:
            seat.send(messages.Ended(why))
        for seat in seats:
            seat.close()

    def _lost(self, seat: Seat) -> None:
        with self._changed:
            if seat not in self._seats:
                return
            self._seats.remove(seat)
            if seat.broke is not None:
                self.broke = seat.broke.notice
            if self._holder is seat:
                self._holder = self._seats[0] if self._seats else None
            self._tell()
            if self._seats:
                return
            if self._failed:
                self._over(Left.FAILED)
            elif seat.left:
                self._over(Left.ON)
            elif seat.own:
                self._over(Left.DIED)
            else:
                threading.Thread(target=self._alone, name="alone", daemon=True).start()

    def _over(self, left: Left) -> None:
        self.left = self.left or left
        self._inbox.append(messages.Close())
        self._changed.notify_all()

    def _tell(self) -> None:
        """Tell every screen whose the keys are."""
        for seat in self._seats:
            seat.send(messages.Keys(seat is self._holder, len(self._seats)))

    # What the screens send

    def _hear(self, seat: Seat, command: Any) -> None:
        with self._changed:
            if isinstance(command, Leave):
                seat.left = True
            elif isinstance(command, messages.FrameAcknowledged):
                seat.acknowledged = True
            elif isinstance(command, messages.TakeKeys):
                self._holder = seat
                self._tell()
            elif isinstance(command, messages.Start):
                self._start(seat)
            elif isinstance(command, messages.Subscription):
                seat.subscription = command
                seat.acknowledged = True
                self._take(self._merged())
            elif isinstance(command, messages.Asked):
                self._ask(seat, command)
            elif isinstance(command, messages.EndProgram):
                if seat is self._holder:
                    self._over(Left.QUIT)
                else:
                    seat.send(messages.Remark(notice("attach:read-only")))
            elif isinstance(command, (messages.DoMove, messages.RunFree)):
                self._move(seat, command)
            elif isinstance(command, messages.Pause) and seat is self._holder:
                self._take(command)

    def _take(self, command: messages.Command) -> None:
        self._inbox.append(command)
        self._changed.notify_all()

    def _start(self, seat: Seat) -> None:
        """The first screen starts the session; the others are told what there is, and shown it."""
        seat.started = True
        if self._ready is not None:
            seat.send(self._ready)
            if self._frame is not None:  # the engine may be long at work before it sends the next
                seat.send(messages.FrameUpdate(self._for(seat, self._frame)))
        elif not self._started:
            self._started = True
            self._take(messages.Start(self._options))

    def _merged(self) -> messages.Subscription:
        """All that any screen looks at."""
        wanted = [seat.subscription for seat in self._seats if seat.started]
        views = tuple(dict.fromkeys(view for one in wanted for view in one.views))
        return messages.Subscription(
            views,
            any(one.graph for one in wanted),
            any(one.norms for one in wanted),
            any(one.tape for one in wanted),
        )

    def _ask(self, seat: Seat, asked: messages.Asked) -> None:
        if isinstance(asked.request, Evaluate) and seat is not self._holder:
            seat.send(messages.Answered(asked.number, error=notice("attach:read-only")))
        else:
            self._take(replace(asked, number=self._numbered(seat, asked.number)))

    def _move(self, seat: Seat, command: messages.DoMove | messages.RunFree) -> None:
        """Have a move made, unless the seat only looks, or it is one that cannot be made here."""
        why: Notice | None = None
        if seat is not self._holder:
            why = notice("attach:read-only")
        elif isinstance(command, messages.DoMove) and isinstance(command.move, KillEngine):
            why = notice("attach:own-process")
        if why is None:
            self._take(replace(command, number=self._numbered(seat, command.number)))
        elif self._frame is not None:
            seat.send(messages.Moved(command.number, self._for(seat, self._frame), error=why))

    def _numbered(self, seat: Seat, number: int) -> int:
        """A number of our own for what a screen has numbered."""
        self._number += 1
        self._asked[self._number] = seat, number
        return self._number

    # What the server calls

    @property
    def acknowledged(self) -> bool:
        holder = self._holder
        return holder is not None and holder.acknowledged

    @acknowledged.setter
    def acknowledged(self, value: bool) -> None:
        holder = self._holder
        if value and holder is not None:
            holder.acknowledged = True

    @property
    def stop_wanted(self) -> bool:
        """Whether a run is to end; also where no screen is left to look at it."""
        ends = (messages.Pause, messages.Close)
        with self._changed:
            return not self._seats or any(isinstance(c, ends) for c in self._inbox)

    def poll(self) -> None:
        """Commands come by themselves."""

    def next(self) -> messages.Command:
        with self._changed:
            while not self._inbox:
                self._changed.wait()
            command = self._inbox.popleft()
            while (
                isinstance(command, messages.Subscription)
                and self._inbox
                and isinstance(self._inbox[0], messages.Subscription)
            ):
                command = self._inbox.popleft()
            return command

    def take_subscription(self) -> messages.Subscription | None:
        with self._changed:
            found = [c for c in self._inbox if isinstance(c, messages.Subscription)]
            if found:
                self._inbox = deque(c for c in self._inbox if c not in found)
            return found[-1] if found else None

    def take_asked(self) -> Sequence[messages.Asked]:
        """No screen asks for what may be answered in a run: its requests wait for their turn."""
        return ()

    def send(self, report: messages.Report) -> None:
        with self._changed:
            if isinstance(report, messages.Recorded):
                self._record(Taken(report.losses_from, report.losses, report.named))
            elif isinstance(report, messages.Answered):
                seat, number = self._asked.pop(report.number, (None, 0))
                if seat is not None:
                    seat.send(replace(report, number=number))
            elif isinstance(report, messages.Moved):
                self._moved(report)
            elif isinstance(report, messages.FrameUpdate):
                self._update(report.frame)
            elif isinstance(report, messages.Ready):
                self._ready = report
                for seat in self._started_seats():
                    seat.send(report)
            elif isinstance(report, _TO_ALL):
                self._failed |= isinstance(report, messages.Failed) and self._ready is None
                for seat in self._seats:
                    seat.send(report)

    def _started_seats(self) -> Sequence[Seat]:
        return [seat for seat in self._seats if seat.started]

    def _record(self, taken: Taken) -> None:
        if len(taken.losses):
            self._losses.add(*taken)
            for seat in self._seats:
                seat.known = min(seat.known, taken.first)

    def _moved(self, moved: messages.Moved) -> None:
        asker, number = self._asked.pop(moved.number, (None, 0))
        self._see(moved.frame)
        for seat in self._started_seats():
            frame = self._for(seat, moved.frame)
            if seat is asker:
                seat.send(replace(moved, number=number, frame=frame))
            else:
                seat.send(messages.FrameUpdate(frame))

    def _update(self, frame: Frame) -> None:
        self._see(frame)
        for seat in self._started_seats():
            if not frame.running or seat.acknowledged:
                seat.acknowledged = not frame.running
                seat.send(messages.FrameUpdate(self._for(seat, frame)))

    def _see(self, frame: Frame) -> None:
        self._frame = frame
        self._losses.take(frame)
        for seat in self._seats:
            seat.known = min(seat.known, frame.losses_from)

    def _for(self, seat: Seat, frame: Frame) -> Frame:
        """The frame with all losses that the seat's screen has not had."""
        return seat.with_losses(frame, self._losses)
