"""Offers the sessions that were saved, and resumes the one that is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.messages import Command, Ready, Start
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.text.words import Words

Lost = tuple[Path, SavedSession]
"""A saved session that no instance has any longer, and the file it was read from."""


class Engine(Protocol):
    """Of the engine, what resumes a session."""

    def resume(self, saved: SavedSession, path: Path) -> None: ...


class Recorder(Protocol):
    """Of the recorder of moves: whatever it had cannot be saved any longer."""

    def lost(self) -> None: ...


class Host(Protocol):
    """What the app must have so that a saved session can be resumed in it."""

    words: Words
    options: Options
    saved: SavedSession | None
    losses: Losses

    @property
    def recorder(self) -> Recorder: ...

    def push_screen(self, screen: PickScreen, callback: Callable[[str | None], None]) -> object: ...

    def send(self, command: Command) -> None: ...

    def change_session(self, options: Options, use: Callable[[Engine], None]) -> None: ...


def offer(app: Host, lost: Sequence[Lost]) -> None:
    """Let one be chosen; without one a new session begins."""
    choices = [choice(n, saved, app.words) for n, (_, saved) in enumerate(lost)]
    choices.append(Choice("", app.words("resume.new")))

    def take(chosen: str | None) -> None:
        if chosen:
            path, saved = lost[int(chosen)]
            app.saved = saved
            app.recorder.lost()
            app.losses.put(Losses.read(saved.losses, saved.losses_from))
            app.change_session(saved.options, lambda engine: engine.resume(saved, path))
        else:
            app.send(Start(app.options))

    app.push_screen(PickScreen("resume", choices), take)


def choice(number: int, saved: SavedSession, words: Words) -> Choice:
    """A saved session as a line: when, where in it, with which options."""
    position, options = saved.snapshot.position, saved.options
    when = time.strftime("%m-%d %H:%M", time.localtime(saved.saved))
    where = words("log.where", n=position.iteration, phase=position.phase)
    note = [options.preset, words("status.seed", seed=options.seed)]
    if saved.loss is not None:
        note.append(f"{words('status.loss')} {saved.loss:.4g}")
    return Choice(str(number), f"{when}  {where}", " · ".join(note))


def elsewhere(saved: SavedSession, ready: Ready) -> str:
    """What is not as it was when the session was saved, so that bits may differ; else empty."""
    pairs = (
        ("torch", saved.torch, ready.torch),
        ("CPU", saved.cpu, ready.cpu),
        ("threads", str(saved.threads), str(ready.threads)),
    )
    return ", ".join(f"{name} {then} → {now}" for name, then, now in pairs if then != now)
