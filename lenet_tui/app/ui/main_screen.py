"""The main screen's actions: what the commands of ``stepping.ui.commands`` run.

Below them in ``MainScreen`` are, a file each: the checks, the training view, the moves out of turn,
what it does with the engine's reports, what it asks of the engine, its panes, and the lines at its
edges.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Key
from textual.theme import ThemeProvider

from lenet_tui.app.engine_state import Busy
from lenet_tui.app.output_rows import output_rows
from lenet_tui.app.ui.checks_screen import ChecksScreen
from lenet_tui.app.ui.devices import DevicesScreen
from lenet_tui.app.ui.help import HelpScreen
from lenet_tui.evaluation.ui.evaluating import evaluate
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.confirm import ConfirmScreen
from lenet_tui.lab.layer import FIRST_LAYER
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import EndProgram, Start, TakeKeys
from lenet_tui.protocol.moves import (
    Continue,
    Goto,
    Move,
    MoveError,
    ReverseContinue,
    Set,
    ToOp,
    parse_move,
)
from lenet_tui.protocol.position import SEARCHING
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.ui.resume import Lost, resume_dialog
from lenet_tui.stepping.ui.commands import BY_ID, bindings
from lenet_tui.stepping.ui.moves_saver import save_moves
from lenet_tui.tensors.ui.tensor_pane import TensorPane
from lenet_tui.terminal.ui.once import Palette
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import thousands
from lenet_tui.watch.ui.screen import WatchScreen


class MainScreen(ChecksScreen):
    """The main screen: all panes of a session, and an action for every command."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    _tried: tuple[str, Shape | None] = (FIRST_LAYER, None)
    """The last layer in the lab, and its input's shape."""

    async def action_command(self, name: str) -> None:
        """Run a command of the table; a run is stopped unless the command is passive."""
        command = BY_ID[name]
        if refusal := self.engine.refusal(name):
            self.notify(self.words.say(refusal), severity="warning")
            return
        if not command.passive:
            self._take_over()
        owner = self.query_one(command.owner) if command.owner else self
        await self.app.run_action(command.action, owner)

    def on_key(self, event: Key) -> None:
        """A key that is bound to nothing stops what runs by itself."""
        if event.key not in self.active_bindings:
            self._take_over()

    def _take_over(self) -> None:
        self.player.stop()
        self.runner.stop(at_once=False)

    # Stepping and running

    def action_move(self, line: str) -> None:
        """Make the move that ``line`` describes, as in a file of moves."""
        move = parse_move(line)
        if isinstance(move, (Continue, ReverseContinue)) and not self.has_watchpoint:
            self.say_unwatched(back=isinstance(move, ReverseContinue))
        self.move(move)

    def action_goto(self) -> None:
        """Ask for an iteration, or an op of the forward."""
        frame = self.frame
        ops = frozenset(row.name for row in frame.rows.ops) if frame else frozenset()
        parse = partial(_goal, ops)
        said = self.words("goto.help", end=thousands(frame.end if frame else 0))
        if frame is not None and frame.looked_at:
            said = self.words("goto.over" if frame.over else "goto.kept", kept=frame.kept)
        ask = AskScreen("goto", parse=parse, help_text=said)
        self.open(ask, self.move)

    def action_goto_op(self) -> None:
        """Go to the op on the cursor's line of the layers pane."""
        name = self.body.layers_pane.op
        if name:
            self.move(ToOp(name))
        else:
            self.notify(self.words("layers.no-op"))

    def action_run(self) -> None:
        """Run, or pause whatever runs."""
        if self.runner.on or self.queue.can_pause:
            self.runner.stop()
        elif self.is_dead:
            self.say_gone()
        else:
            self.player.stop()
            self.runner.start()

    def action_change_speed(self, by: int) -> None:
        """A run goes faster (1) or slower (-1), also the next one where none is under way."""
        key = "speed.fastest" if by > 0 else "speed.slowest"
        if self.runner.shift(by):
            key = "speed.now"
            self.post_message(self.SpeedChosen(self.runner.speed.name))
        self.notify(self.words(key, speed=self.speed_words))

    def action_watch(self) -> None:
        """The watchpoints."""
        parameters = [p.name for p in self.ready.parameters] if self.ready else []
        rows = [row.name for row in self.frame.rows.ops] if self.frame else []
        names = [*parameters, *rows]
        self.open(WatchScreen(self.frame, names, parameters, self.may_make), self.move)

    def action_evaluate(self) -> None:
        """Say how good the model is on what is held out."""
        if self.is_dead:
            self.say_gone()
        else:
            self.run_worker(evaluate(self))

    def action_play(self) -> None:
        """Play the next line of the file of moves."""
        if self.player.next is None:
            self.notify(self.words("hint.end" if self.player.moves else "play.none"))
        self.player.play()

    def action_play_on(self) -> None:
        """Play line after line."""
        if self.player.next is None:
            self.action_play()
        else:
            self.player.play_on()

    def action_save_moves(self) -> None:
        """Write the moves made so far to a new file."""
        save_moves(self, self.recorder, self.first_options)

    # What is seen

    def action_first_bias(self) -> None:
        """Show the model's first bias and its gradient in numbers, the notebook's before and after;
        once more: what was there before.
        """
        names = [p.name for p in self.ready.parameters] if self.ready else []
        biases = [name for name in names if name.rpartition(".")[2] == "bias"]
        if biases or names:
            self.show_beside((biases or names)[0])

    def action_toggle_follow(self) -> None:
        """The tensor panes follow the ops that are stepped, or stay with what was chosen."""
        self.follows = not self.follows
        key = "follow.on" if self.follows else "follow.off"
        self.notify(self.words(key, tensor=clean(self.tensor.tensor)))
        if self.follows and self.frame is not None:
            self.follow(self.frame)

    def action_sample(self, by: int) -> None:
        """Show another sample of the batch, around the end."""
        frame = self.frame
        shapes = [*(shape for _, shape in frame.inputs), frame.output_shape] if frame else [None]
        shape = shapes[0]
        count = shape[0] if shape and len(shape) > 1 else self.present_options.batch_size
        if count > 1:
            self.body.sample = (min(self.body.sample, count - 1) + by) % count
        else:
            self.notify(self.words("sample.one"))

    def action_position(self, by: int) -> None:
        """Show another position of a sequence's outputs, around the end."""
        rows = output_rows(self.frame.output_shape or ()) if self.frame else None
        if rows is not None and rows.positions > 1:
            here = rows.place(self.body.position)
            self.body.position = (here + by) % rows.positions
        else:
            self.notify(self.words("position.one"))

    def action_explain(self) -> None:
        """Explain the phase or op at the cursor; where that is read already, the number under the
        cursor; from the inspector, close it.
        """
        if self.inspection.is_open or self.words_are_seen:
            self.inspection.explain(self.explained_from)
        else:
            self.show_words()

    def action_explain_number(self) -> None:
        """Explain the number under the cursor."""
        self.inspection.explain()

    @on(TensorPane.CellChosen)
    async def _cell_chosen(self) -> None:
        await self.action_command("explain-number")

    # The session

    def action_device(self) -> None:
        """Choose a device."""
        screen = DevicesScreen(self, self.present_options.device)
        self.open(screen, lambda name: self._change_past(Set("device", name)))

    def action_lab(self) -> None:
        """Try a layer, beside the session: the last one tried."""
        self.open_lab(*self._tried)

    def open_lab(self, layer: str, shape: Shape | None) -> None:
        """Open the lab with a layer; raises ``LayerError`` if the text is no layer."""

        def keep(left: tuple[str, Shape] | None) -> None:
            self._tried = left or self._tried

        self.app.push_screen(LabScreen(self, layer, shape), keep)

    def action_export(self) -> None:
        """Write the session as a plain PyTorch script."""
        self.exporter.ask()

    def action_restart(self) -> None:
        """End the engine, and carry on in a new one."""
        self.restart()

    def offer(self, lost: Sequence[Lost]) -> None:
        """Let a saved session be chosen; without one a new session begins."""

        def take(chosen: str | None) -> None:
            if not chosen:
                self.send(Start(self.options))
                return
            self.take_up(*lost[int(chosen)])

        self.app.push_screen(resume_dialog(lost, self.words), take)

    def take_up(self, path: Path, saved: SavedSession) -> None:
        """Go on with a saved session in the place of this one."""
        self.saved = saved
        self.recorder.lost(saved.snapshot)
        losses = Losses.read(saved.losses, saved.losses_from, saved.named)
        self.change_session(saved.options, lambda engine: engine.resume(saved, path), losses)

    # The tour

    def action_tour_turn(self, by: int) -> None:
        """The next page or stop (1), or the one before (-1)."""
        (self.tour.next if by > 0 else self.tour.back)()

    def action_tour_here(self) -> None:
        """The stop's own state again."""
        self.tour.here()

    def action_tour_stops(self) -> None:
        """Choose a stop from a list."""
        self.tour.stops()

    # The app

    def action_escape(self) -> None:
        """Stop what runs; end an op that hangs; make a full pane small again; leave the tour."""
        busy = isinstance(self.state, Busy) and self.state.op.what != SEARCHING
        if busy and not self.engine.refusal("restart"):
            self.restart()
        elif self.runner.on or self.player.on or self.queue.pending is not None:
            self.stop()
        elif self.maximized is not None:
            self.restore()
        elif self.inspection.is_open:
            self.inspection.close()
        elif self.body.is_training:
            self.action_training()
        else:
            self.tour.leave()

    def action_take_keys(self) -> None:
        """Of several screens of one session, this one makes the moves from now on."""
        if self.looks:
            self.send(TakeKeys())
        else:
            self.notify(self.words("keys.yours"))

    def action_end_program(self) -> None:
        """End the program that the session is in."""
        screen = ConfirmScreen(self.words("end-program.help"), "end-program")
        self.open(screen, lambda _: self.send(EndProgram()))

    def action_theme(self) -> None:
        """Choose the colours."""
        searched, nothing = self.words("palette.themes"), self.words("palette.nothing")
        self.app.push_screen(Palette([ThemeProvider], placeholder=searched, nothing=nothing))

    def action_help(self) -> None:
        """All commands with their keys."""
        self.app.push_screen(HelpScreen())

    def action_palette(self) -> None:
        """Search the commands."""
        searched, nothing = self.words("palette.placeholder"), self.words("palette.nothing")
        palette = Palette(placeholder=searched, nothing=nothing, id="--command-palette")
        self.app.push_screen(palette)


def _goal(ops: Collection[str], text: str) -> Move:
    """The move that goes to an iteration by its number, or to one of ``ops`` by its name."""
    name = text.strip()
    return ToOp(name) if name in ops and not name.isdecimal() else Goto(_whole(text))


def _whole(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 10**12:
        raise MoveError("protocol:not-whole-from-0", text=text)
    return value
