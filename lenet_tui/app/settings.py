"""What a person has chosen for every session: a small JSON file in the folder for settings."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenet_tui.protocol.options import LANGUAGES
from lenet_tui.stepping.speeds import NAMES
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim

MOST = 2**16
"""A file with more bytes is none of ours."""
LONGEST = 0.5
"""Seconds that the end of the app waits for the file to be written."""
ALLOWED: Mapping[str, tuple[str, ...]] = {"theme": (), "language": LANGUAGES, "speed": NAMES}
"""The settings with what they may be; the app itself knows its themes."""


class SettingsError(Problem):
    """Why the file cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The theme's name, the language (``en`` or ``zh``), the speed's name; empty: none chosen.

    ``problem``: what was wrong with the file.
    """

    theme: str = ""
    language: str = ""
    speed: str = ""
    problem: Notice | None = None


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the settings are: below the folder that the system has for a program's settings."""
    if os.name == "nt":
        home = environ.get("APPDATA") or "~/AppData/Roaming"
    else:
        home = environ.get("XDG_CONFIG_HOME", "")
        home = home if home.startswith("/") else "~/.config"  # as the XDG specification says
    try:
        folder = Path(home).expanduser()
    except RuntimeError:  # nobody knows where the home is
        folder = Path(home)
    return folder / "lenet-tui" / "settings.json"


def load(path: Path) -> Settings:
    """The settings in a file; what is wrong there is left out, and said in one line."""
    try:
        raw = _read(path)
    except SettingsError as error:
        why = error.notice
        return Settings(problem=notice("app:settings-unreadable", path=shown(path), why=why))
    good: dict[str, str] = {}
    problem = None
    for name, allowed in ALLOWED.items():
        value = raw.get(name, "")
        if isinstance(value, str) and (not value or not allowed or value in allowed):
            good[name] = value
        else:
            problem = problem or unknown(path, name, str(value))
    return Settings(**good, problem=problem)


def unknown(path: Path, name: str, value: str) -> Notice:
    """The notice of a setting that is none."""
    return notice("app:settings-value", path=shown(path), name=name, value=repr(clean(value, 40)))


def shown(path: Path) -> str:
    """The path as it is shown."""
    return clean(str(path), 200)


def _read(path: Path) -> dict[str, Any]:
    """What the file holds, nothing if it is not there; else ``SettingsError``."""
    import json  # noqa: PLC0415 - most have no file, and the first picture waits for this

    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(verbatim(getattr(error, "strerror", None) or str(error))) from None
    try:
        with os.fdopen(file, "rb") as opened:
            if not stat.S_ISREG(os.fstat(file).st_mode):  # a FIFO, say, which may never end
                raise SettingsError("app:settings-no-file")
            data = opened.read(MOST + 1)
    except OSError as error:
        raise SettingsError(verbatim(error.strerror or str(error))) from None
    if len(data) > MOST:
        raise SettingsError("app:settings-long")
    try:
        raw = json.loads(data)
    except json.JSONDecodeError as error:
        raise SettingsError("app:settings-no-json", line=error.lineno) from None
    except (ValueError, RecursionError):  # no text at all, or brackets without end
        raise SettingsError("app:settings-no-object") from None
    if not isinstance(raw, dict):
        raise SettingsError("app:settings-no-object")
    return raw


class SettingsFile:
    """Writes what is chosen, on a thread, so that a slow disk holds nothing up.

    ``found``: what was in the file at the start. ``failed`` is called on that thread, once, with
    why nothing is kept.
    """

    def __init__(self, path: Path, found: Settings) -> None:
        self.path = path
        self.found = found
        self.failed: Callable[[Notice], object] = lambda _: None
        self._chosen: dict[str, str] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._gave_up = False

    def keep(self, name: str, value: str) -> None:
        """Write a setting as soon as the disk takes it."""
        with self._lock:
            self._chosen[name] = value
            if self._thread is None and not self._gave_up:
                self._thread = threading.Thread(target=self._write_all, daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Wait a moment for what is being written."""
        thread = self._thread
        if thread is not None:
            thread.join(LONGEST)

    def _write_all(self) -> None:
        while True:
            with self._lock:
                chosen, self._chosen = self._chosen, {}
                if not chosen:
                    self._thread = None
                    return
            try:
                self._write(chosen)
            except (SettingsError, OSError) as error:
                self._gave_up = True
                self._thread = None
                reason = getattr(error, "strerror", None) or str(error)
                why = error.notice if isinstance(error, SettingsError) else verbatim(reason)
                self.failed(notice("app:settings-unwritten", path=shown(self.path), why=why))
                return

    def _write(self, chosen: dict[str, str]) -> None:
        """Change ``chosen`` in the file; what else is there stays, another instance's choice too.

        A file that cannot be read, or may not be written, is left as it is.
        """
        import json  # noqa: PLC0415 - see above

        from lenet_tui.protocol.new_file import write_new  # noqa: PLC0415 - seldom needed

        path = self.path.resolve()  # a link to a file that is kept elsewhere stays one
        raw = _read(path)
        if raw | chosen == raw:
            return
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
                raise SettingsError("app:settings-read-only")
        text = json.dumps(raw | chosen, ensure_ascii=False, indent=2)
        write_new(path, f"{text}\n", replace=True)
