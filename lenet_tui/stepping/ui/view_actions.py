"""What the commands do that change nothing but what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lenet_tui.text.clean import clean

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.protocol.frame import Frame


def first_bias_gradient(app: LenetApp) -> None:
    """Show the model's first bias and its gradient in numbers, the notebook's before and after;
    once more: what was there before.
    """
    names = [p.name for p in app.ready.parameters] if app.ready else []
    biases = [name for name in names if name.rpartition(".")[2] == "bias"]
    if biases or names:
        app.main.show_beside((biases or names)[0])


def toggle_follow(app: LenetApp) -> None:
    """The tensor panes follow the ops that are stepped, or stay with what was chosen."""
    app.follows = not app.follows
    key = "follow.on" if app.follows else "follow.off"
    app.tell(app.words(key, tensor=clean(app.main.tensor.tensor)))
    if app.follows and app.frame is not None:
        follow(app, app.frame)


def follow(app: LenetApp, frame: Frame) -> None:
    """Show what the op that the cursor passed last has made."""
    if frame.entry is not None and frame.entry.name:
        app.main.choose(frame.entry.name)


def next_aspect(app: LenetApp) -> None:
    app.main.next_aspect()


def toggle_numbers(app: LenetApp) -> None:
    app.main.toggle_numbers()


def toggle_log_loss(app: LenetApp) -> None:
    app.main.loss.toggle_log()


def maximize(app: LenetApp) -> None:
    app.main.toggle_maximized()


def pane(app: LenetApp, number: int) -> None:
    """Go to the pane with this number."""
    app.main.go_to(number)


def next_tab(app: LenetApp) -> None:
    app.main.deck.turn(+1)


def previous_tab(app: LenetApp) -> None:
    app.main.deck.turn(-1)


def explain(app: LenetApp) -> None:
    """Explain the number under the cursor; from the inspector, close it."""
    app.main.body.guide.explain()


def explain_back(app: LenetApp) -> None:
    app.main.body.inspector.action_back()


def explain_order(app: LenetApp) -> None:
    app.main.body.inspector.action_turn_order()


def explain_check(app: LenetApp) -> None:
    """Ask for the central difference, if it is one of a parameter's gradient that is explained."""
    if not app.main.body.inspector.action_check():
        app.tell(app.words("inspect.no-difference"))


def language(app: LenetApp) -> None:
    app.language = "en" if app.language == "zh" else "zh"
