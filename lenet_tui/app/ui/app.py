"""The app: a loading screen, then the main screen; the engine's reports and the words of both."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import SystemCommand
from textual.events import Event, Key
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.theme import Theme

from lenet_tui.app import all_words
from lenet_tui.app.settings import Settings, SettingsFile, unknown
from lenet_tui.app.ui.loading import QUIT, LoadingScreen
from lenet_tui.app.ui.themes import OWN_COLOURS, readable
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.kit.ui.messages import Reported, SomethingToShow
from lenet_tui.stepping.ui.commands import BY_ID, BY_KEY, COMMANDS
from lenet_tui.terminal.ui.type_ahead import TypeAheadApp
from lenet_tui.text.notice import Notice
from lenet_tui.text.words import Words

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen
    from lenet_tui.app.ui.report_screen import ReportScreen
    from lenet_tui.app.ui.session_screen import SessionScreen
    from lenet_tui.protocol.engine_api import Engine, MakeEngine
    from lenet_tui.protocol.messages import Report
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options
    from lenet_tui.sessions.ui.resume import Lost


ENDS = frozenset(key for name in ("quit", "escape", "restart") for key in BY_ID[name].keys)
"""Keys that do not wait for an engine that may never come."""


@dataclass
class NotKept(Message):
    """A setting was not written."""

    why: Notice


class LenetApp(TypeAheadApp[None], inherit_bindings=False):
    """The screen of a session. ``failure``: why the engine could not start, after the end.

    ``moves``: lines to be played by a key. ``ascii``: draw with ASCII characters only. ``first``:
    what to open over the main screen. ``lost``: saved sessions, of which one may be resumed;
    ``named``: the person has named it, and it is taken up at once.
    ``theme``: that of this session; else that of ``settings``, where what is chosen here is kept.
    """

    TITLE = "lenet-tui"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "loading"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    language: var[str] = var("en", init=False)

    def __init__(
        self,
        make_engine: MakeEngine,
        options: Options,
        *,
        lang: str = "en",
        ascii: bool = False,
        moves: Sequence[Move] = (),
        first: Callable[[MainScreen], None] | None = None,
        lost: Sequence[Lost] = (),
        named: bool = False,
        theme: str = "",
        settings: SettingsFile | None = None,
    ) -> None:
        super().__init__()
        self.words: Words = all_words.words(lang, ascii)
        self.set_reactive(LenetApp.language, lang)
        self.ascii = ascii
        self.failure = ""
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._first, self._lost, self._named = first, lost, named
        self._settings = settings
        self._chosen = settings.found if settings else Settings()
        self._problem = self._chosen.problem
        self._theme_asked = theme
        loading = LoadingScreen(options, moves)
        self._loading: LoadingScreen | None = loading
        self.add_mode("loading", lambda: loading)

    @property
    def main(self) -> MainScreen:
        """The main screen, below all dialogs; only after ``is_loading``."""
        return cast("MainScreen", self.screen_stack[0])

    @property
    def is_loading(self) -> bool:
        """Whether the main screen is not there yet."""
        return self._loading is not None

    # Life

    def get_css_variables(self) -> dict[str, str]:
        """The theme's; in the terminal's own colours text is readable on black and on white."""
        variables = super().get_css_variables()
        if self.current_theme.ansi:
            return variables | OWN_COLOURS
        return variables | readable(variables)

    def on_mount(self) -> None:
        """Set the class ``-ascii`` and the theme before anything is painted."""
        self.set_class(self.ascii, "-ascii")
        theme = self._theme_asked or self._chosen.theme
        if theme in self.available_themes:
            self.theme = theme
        elif theme and self._settings is not None:
            self._problem = self._problem or unknown(self._settings.path, "theme", theme)
        self._theme_known = self.theme
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        if self._settings is not None:
            self._settings.failed = lambda why: self.post_message(NotKept(why))

    @on(LoadingScreen.FrameAcknowledged)
    def _begin(self) -> None:
        """Start the engine, and import the main screen on a thread, so that keys are heard."""
        from lenet_tui.protocol.messages import Start  # noqa: PLC0415 - after the first picture

        self._engine = self._make_engine(self._heard)
        loading = self._loading
        if loading is not None and not self._lost:  # else the engine starts when one is chosen
            self._engine.send(Start(loading.options))
        self.run_worker(self._replace())

    async def _replace(self) -> None:
        """Put the main screen in the place of the loading screen."""
        await asyncio.to_thread(import_module, "lenet_tui.app.ui.main_screen")
        from lenet_tui.app.ui.main_screen import MainScreen  # noqa: PLC0415 - imported just now

        loading, engine = self._loading, self._engine
        assert loading is not None and engine is not None
        make = partial(MainScreen, engine, loading.options, loading.moves)
        self.add_mode("main", make)
        with self.batch_update():  # nothing is painted before all of it can be
            await self.switch_mode("main")
        self.call_later(self._opened)

    async def _opened(self) -> None:
        """Give the main screen the reports, then the keys, that came while it was loading."""
        loading, self._loading = self._loading, None
        assert loading is not None
        for report in loading.reports:
            self.main.take(report)
        if self._first is not None:
            self._first(self.main)
        if self._chosen.speed:
            self.main.runner.set_speed(self._chosen.speed)
        if self._problem is not None:
            self.main.announce("error", self.words.say(self._problem), "warning")
        if self._lost and self._named:
            self.main.take_up(*self._lost[0])
        elif self._lost:
            self.main.offer(self._lost)
        for key in loading.keys:
            await super().on_event(key)
        await self.remove_mode("loading")

    def _heard(self, report: Report) -> None:
        """Post a report; the engine's thread calls this."""
        self.post_message(Reported(report))

    @on(Reported)
    def _reported(self, message: Reported) -> None:
        if self._loading is not None:
            self._loading.reports.append(message.report)
        elif self.is_running:  # else on the way out: there are no panes any longer
            self.main.take(message.report)

    async def on_event(self, event: Event) -> None:
        """Store the keys that come while the panes are loading, but for those that quit."""
        if self._loading is not None and isinstance(event, Key) and event.key not in QUIT:
            self._loading.keys.append(event)
            return
        if self.blocked and isinstance(event, Key) and event.key in ENDS:
            self.forget_typed()
        await super().on_event(event)

    def hears(self, key: str) -> bool:
        """Keys that need something on the screen wait for the engine's first frame."""
        if not super().hears(key):
            return False
        if self.is_loading or self.screen is not self.main or self.main.shows_something:
            return True
        command = BY_KEY.get(key)
        return command is not None and command.early

    @on(SomethingToShow)
    def _show_something(self) -> None:
        self.hear()

    def on_report_screen_cannot_start(self, message: ReportScreen.CannotStart) -> None:
        """End the app with a last line."""
        self.failure = message.why
        self.exit(return_code=message.status)

    def on_unmount(self) -> None:
        """End the engine too, and wait a moment for the settings."""
        if self._settings is not None:
            self._settings.close()
        if self._engine is not None:
            self._engine.close()

    # What the person has chosen

    def _keep(self, name: str, value: str) -> None:
        """Use a setting in later sessions too."""
        if self._settings is not None:
            self._settings.keep(name, value)

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self._theme_known:  # Textual signals the first one too
            self._theme_known = theme.name
            self._keep("theme", theme.name)

    def on_session_screen_speed_chosen(self, message: SessionScreen.SpeedChosen) -> None:
        """Run at this speed the next time too."""
        self._keep("speed", message.name)

    @on(NotKept)
    def _say_not_kept(self, message: NotKept) -> None:
        if not self.is_loading and self.is_running:
            self.main.announce("error", self.words.say(message.why), "warning")

    # Words and commands

    def watch_language(self, language: str) -> None:
        """Show everything in the other language."""
        self.words = all_words.words(language, self.ascii)
        self.main.words = self.words
        self._keep("language", language)

    def action_language(self) -> None:
        """Switch between the two languages."""
        self.language = "en" if self.language == "zh" else "zh"

    async def action_command(self, name: str) -> None:
        """Run a command of the table, as its key in the main screen would."""
        if self._loading is not None:
            self.simulate_key(BY_ID[name].keys[0])
        else:
            await self.main.action_command(name)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette's lines, from the one table."""
        for command in COMMANDS:
            title, more = (
                self.words(f"cmd.{command.id}.title"),
                self.words(f"cmd.{command.id}.help"),
            )
            more = f"{key_name(command.keys[0])}  {more}".rstrip()
            yield SystemCommand(title, more, partial(self.action_command, command.id))

    def action_suspend(self) -> None:
        """Give the terminal to the shell until ``fg``: this process stops, and what started it.

        The engine waits as soon as the pipe to this process is full.
        """
        if not self.is_headless and hasattr(signal, "SIGTSTP"):
            os.kill(0, signal.SIGTSTP)
