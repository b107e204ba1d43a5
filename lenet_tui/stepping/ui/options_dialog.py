"""The form for the options that may change while a session runs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.widgets import Button, Input, Label, Select, Static

from lenet_tui.kit.ui.dialog import Dialog
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.optimizers import ITS_OWN
from lenet_tui.protocol.options import (
    CHOICES,
    DEFAULT,
    DRAWN,
    OWN,
    SWITCHES,
    TUNED,
    OptionError,
    Options,
    change,
    parse_value,
)
from lenet_tui.protocol.schedules import parse_schedule
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.training.schedule_picture import picture

FIELDS = ("lr", "loss", "optimizer", *TUNED, "batch-size", "data", "augment", *SWITCHES)
PICTURE = (48, 3)
"""Columns and rows in which a schedule is drawn: little enough for 24 lines."""
DRAWN_BY_ITSELF = ("batch-size", "augment")
"""What data of one's own decide themselves."""


def fields_of(options: Options) -> tuple[str, ...]:
    """The options that can be set in this session: a step of one's own decides the others."""
    if options.step:
        return FIELDS[:1]
    own = options.data in (OWN, DRAWN)
    without: tuple[str, ...] = DRAWN_BY_ITSELF if own else ()
    without += TUNED if options.optimizer == OWN else ()
    return tuple(field for field in FIELDS if field not in without)


class OptionsScreen(Dialog[tuple[Set, ...]]):
    """Gives back a ``Set`` for each option that was changed, in an order that works."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "apply", show=False)]

    def __init__(self, options: Options) -> None:
        self._options = options
        super().__init__("options")

    def body(self) -> ComposeResult:
        for field in fields_of(self._options):
            value = shown(self._options, field)
            with Horizontal(classes="field"):
                yield Label(field, markup=False)
                if field in CHOICES:
                    known = dict.fromkeys((*CHOICES[field], value))
                    lines = [(choice, choice) for choice in known]
                    yield Select(lines, value=value, allow_blank=False, id=field, compact=True)
                else:
                    yield Input(value, id=field, compact=True)
        yield Static(id="schedule-picture", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(self.words("options.apply"), id="apply", variant="primary", compact=True)
            yield Button(self.words("options.cancel"), id="cancel", compact=True)

    @on(Input.Changed, "#schedule")
    @on(Input.Changed, "#lr")
    def draw_schedule(self) -> None:
        """Draw the learning rate that the form's schedule gives, before it is used."""
        drawn = self.query_one("#schedule-picture", Static)
        try:
            schedule = parse_schedule(self.query_one("#schedule", Input).value.strip())
            lr = float(self.query_one("#lr", Input).value)
        except (NoMatches, Problem, ValueError):
            lr = 0.0
        if not lr or schedule.constant:
            drawn.update("")
            return
        ascii = ascii_only(self)
        lines = picture(schedule, lr, ascii=ascii, columns=PICTURE[0], rows=PICTURE[1])
        drawn.update("\n".join(lines))

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Check the form, and give it back or show what is wrong."""
        try:
            sets = ordered(self._options, self._changed())
        except OptionError as error:
            self.complain(clean(self.words.say(error.notice)))
        else:
            self.dismiss(sets or None)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "apply":
            self.action_apply()
        else:
            self.dismiss(None)

    def _changed(self) -> dict[str, object]:
        changed: dict[str, object] = {}
        for field in fields_of(self._options):
            widget = self.query_one(f"#{field}")
            text = str(widget.value) if isinstance(widget, (Input, Select)) else ""
            if text.strip() != shown(self._options, field):
                changed[field] = parse_value(field, text.strip())
        return changed


def shown(options: Options, field: str) -> str:
    """An option's present value as the form shows it."""
    value = getattr(options, field.replace("-", "_"))
    return DEFAULT if field in TUNED and value == ITS_OWN else str(value)


def ordered(options: Options, changed: Mapping[str, object]) -> tuple[Set, ...]:
    """A ``Set`` for each of ``changed``, in an order in which each one makes sense by itself.

    ``OptionError`` if the end makes none.
    """
    error: OptionError | None = None
    for names in permutations(changed):
        now = options
        try:
            for name in names:
                now = change(now, name, changed[name])
        except OptionError as problem:
            error = error or problem
        else:
            return tuple(Set(name, changed[name]) for name in names)
    assert error is not None  # no change at all succeeds at once
    raise error
