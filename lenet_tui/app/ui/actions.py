"""What the commands that are more than a move do."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.theme import ThemeProvider

from lenet_tui.app.ui.devices import DevicesScreen
from lenet_tui.app.ui.help import HelpScreen
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.confirm import ConfirmScreen
from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.parity.ui.screen import ParityScreen
from lenet_tui.protocol.frame import Shape
from lenet_tui.protocol.moves import Do, Goto, Move, Set, Skip, Vector, parse_move, parse_vector
from lenet_tui.protocol.options import parse_value
from lenet_tui.protocol.position import SEARCHING, TURN
from lenet_tui.stepping.ui import moves_saver as saving
from lenet_tui.stepping.ui import view_actions as looking
from lenet_tui.stepping.ui.commands import MOVES
from lenet_tui.stepping.ui.options_dialog import OptionsScreen
from lenet_tui.terminal.ui.once import Palette
from lenet_tui.watch.ui.screen import WatchScreen

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.stepping.ui.commands import Command


def run(app: LenetApp, command: Command) -> None:
    """Do a command of the table; what runs by itself gives way."""
    if not command.looks:
        app.player.stop()
        app.runner.stop()
    if command.does in MOVES:
        app.move(parse_move(command.does))
        return
    do = getattr(looking, command.does, None) or globals()[command.does]
    if command.number:
        do(app, command.number)
    else:
        do(app)


def change_past(app: LenetApp, *moves: Move) -> None:
    """Make moves that start a new future; where there is an old one, ask first."""

    def go(yes: bool | None = True) -> None:
        for move in moves if yes else ():
            app.move(move)

    if app.frame is not None and app.frame.ahead:
        here, end = app.frame.position.iteration, app.frame.end
        app.push_screen(ConfirmScreen(app.words("confirm.future", here=here, end=end)), go)
    else:
        go()


def toggle_run(app: LenetApp) -> None:
    """Run, or pause whatever runs."""
    if app.runner.on or app.control.running:
        app.runner.stop()
    elif app.gone:
        app.tell(app.words("gone.hint"), "error")
    else:
        app.player.stop()
        app.runner.start()


def faster(app: LenetApp) -> None:
    app.runner.shift(+1)


def slower(app: LenetApp) -> None:
    app.runner.shift(-1)


def goto(app: LenetApp) -> None:
    end = app.frame.end if app.frame else 0
    ask = AskScreen("goto", parse=_whole, help_text=app.words("goto.help", end=end))
    app.push_screen(ask, _then(app, lambda n: app.move(Goto(n))))


def reset(app: LenetApp) -> None:
    ask = AskScreen(
        "reset",
        parse=partial(parse_value, "seed"),
        value=str(app.present_options.seed),
        help_text=app.words("reset.help"),
    )
    app.push_screen(ask, _then(app, lambda seed: app.move(Set("seed", seed))))


def skip(app: LenetApp) -> None:
    """Pass the phase that is next in turn without effect."""
    if app.frame:
        change_past(app, Skip(app.frame.next_phase))


def do_phase(app: LenetApp) -> None:
    """Run a phase out of turn, chosen from a list."""
    following = app.frame.next_phase if app.frame else ""
    notes = {following: app.words("do.next")}
    choices = [Choice(phase, phase, notes.get(phase, "")) for phase in TURN]
    screen = PickScreen("do", choices)
    app.push_screen(screen, _then(app, lambda phase: change_past(app, Do(phase))))


def backward_from_vector(app: LenetApp) -> None:
    """Start a backward from a vector on the output."""
    size = app.frame.outputs if app.frame else 0
    if not size:
        app.tell(app.words("vector.none"), "error")
        return
    ask = AskScreen(
        "vector",
        parse=partial(vector_of, size),
        help_text=app.words("vector.help", size=size),
        choices=("random", *(f"onehot {k}" for k in range(min(size, 100)))),
    )

    def start(vector: Vector) -> None:
        change_past(app, Do("backward", vector))

    app.push_screen(ask, _then(app, start))


def options(app: LenetApp) -> None:
    def change(sets: tuple[Set, ...]) -> None:
        change_past(app, *sets)

    app.push_screen(OptionsScreen(app.present_options), _then(app, change))


def watchpoints(app: LenetApp) -> None:
    parameters = [p.name for p in app.ready.parameters] if app.ready else []
    rows = [row.name for row in app.frame.rows] if app.frame else []
    screen = WatchScreen(app.frame, [*parameters, *rows], parameters)
    app.push_screen(screen, _then(app, app.move))


def devices(app: LenetApp) -> None:
    def choose(name: str) -> None:
        change_past(app, Set("device", name))

    app.push_screen(DevicesScreen(app, app.present_options.device), _then(app, choose))


def parity(app: LenetApp) -> None:
    """Compare the present iteration with another device's."""

    def look(shown: tuple[str, str]) -> None:
        app.main.choose(*shown)

    if app.gone:
        app.tell(app.words("gone.hint"), "error")
    else:
        app.push_screen(ParityScreen(app, app.glyphs), _then(app, look))


def play_next(app: LenetApp) -> None:
    if app.player.next is None:
        app.tell(app.words("play.none" if not app.player.moves else "play.end"))
    app.player.play()


def play_on(app: LenetApp) -> None:
    if app.player.next is None:
        play_next(app)
    else:
        app.player.play_on()


def save_moves(app: LenetApp) -> None:
    """Write the moves made so far to a new file."""
    saving.ask(app)


def export(app: LenetApp) -> None:
    """Write the session as a plain PyTorch script."""
    app.exporter.ask()


def restart_engine(app: LenetApp) -> None:
    app.restart()


def escape(app: LenetApp) -> None:
    """Stop what runs; end an op that hangs; make a full pane small again; leave the tour."""
    if app.busy is not None and app.busy.what != SEARCHING:
        app.restart()
    elif app.runner.on or app.player.on or app.control.flight is not None:
        app.stop()
    elif app.main.maximized is not None:
        app.main.restore()
    elif app.main.body.guide.is_open:
        app.main.body.guide.close()
    else:
        app.tour.leave()


def tour_next(app: LenetApp) -> None:
    app.tour.next()


def tour_back(app: LenetApp) -> None:
    app.tour.back()


def tour_here(app: LenetApp) -> None:
    app.tour.here()


def tour_stops(app: LenetApp) -> None:
    app.tour.stops()


def lab(app: LenetApp) -> None:
    """Try a layer, beside the session: the last one tried."""
    open_lab(app, *app.tried)


def open_lab(app: LenetApp, layer: str, shape: Shape | None) -> None:
    """Open the lab with a layer; ``LayerError`` if the text is none."""

    def keep(left: tuple[str, Shape]) -> None:
        app.tried = left

    app.push_screen(LabScreen(app, layer, shape), _then(app, keep))


def theme(app: LenetApp) -> None:
    placeholder = app.words("palette.themes")
    app.push_screen(Palette([ThemeProvider], placeholder=placeholder))


def help_screen(app: LenetApp) -> None:
    app.push_screen(HelpScreen())


def palette(app: LenetApp) -> None:
    placeholder = app.words("palette.placeholder")
    app.push_screen(Palette(placeholder=placeholder, id="--command-palette"))


def suspend(app: LenetApp) -> None:
    """Give the terminal to the shell until it says ``fg``: we stop, and what started us.

    The engine waits as soon as the pipe to us is full.
    """
    if not app.is_headless and hasattr(signal, "SIGTSTP"):
        os.kill(0, signal.SIGTSTP)


def quit_app(app: LenetApp) -> None:
    app.exit()


def _then(app: LenetApp, use: Callable[..., object]) -> Callable[[object], None]:
    """Use what a screen gives back, if it gives anything."""

    def take(answer: object) -> None:
        if answer is not None:
            use(answer)

    return take


def vector_of(size: int, text: str) -> Vector:
    """The vector that ``text`` means on an output of ``size`` numbers; else ``ValueError``."""
    vector = parse_vector(text)
    if vector.kind == "onehot" and vector.onehot >= size:
        raise ValueError(f"onehot {vector.onehot}: the output has entries 0 to {size - 1}")
    if vector.kind == "values" and len(vector.values) != size:
        raise ValueError(f"{len(vector.values)} numbers for an output of {size}")
    return vector


def _whole(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 10**12:
        raise ValueError(f"{text!r} is not a whole number from 0")
    return value
