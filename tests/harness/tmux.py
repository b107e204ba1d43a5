"""A command in tmux: what a person at the far end of a line looks at."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.harness.terminal import APP, DEADLINE, ROOT, environment

FLAGS = ("alternate_on", "cursor_flag", "mouse_any_flag", "mouse_sgr_flag", "wrap_flag")
SCRIPT = """\
stty -a >before
echo the screen before
read _
{command}
echo $? >status
stty -a >after
echo the screen after
read _
"""


class Tmux:
    """``command`` in a window of a tmux server of its own, at a prompt that ``Enter`` ends.

    ``folder``: where ``before`` and ``after`` are put, as ``stty -a`` tells them, and ``status``.
    ``inside``: the command may know that it runs in tmux.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = APP,
        *,
        size: tuple[int, int] = (120, 40),
        term: str = "tmux-256color",
        env: Mapping[str, str] | None = None,
        inside: bool = False,
    ) -> None:
        self.folder = folder
        self.columns, self.rows = size
        (folder / "script").write_text(SCRIPT.format(command=shlex.join(command)))
        self._env = environment(term, env) | {"TERM": term, "PYTHONPATH": str(ROOT)}
        names = (*(() if inside else ("TMUX",)), "COLORTERM", "COLUMNS", "LINES")
        unset = [word for name in names for word in ("-u", name)]
        words = ["env", *unset, *(f"{k}={v}" for k, v in self._changes().items()), "sh", "script"]
        window = ["-x", str(self.columns), "-y", str(self.rows), "-c", str(folder)]
        self._tmux("-f", "/dev/null", "new-session", "-d", *window, shlex.join(words))
        self.wait_for("the screen before")

    def __enter__(self) -> Tmux:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        subprocess.run(["tmux", "-S", str(self.folder / "socket"), "kill-server"], check=False)

    def send(self, *keys: str) -> None:
        """Press keys, by tmux's names (``Enter``, ``C-c``) or as they are."""
        for key in keys:
            self._tmux("send-keys", key)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def flags(self) -> dict[str, str]:
        """What tmux says of the modes its window is in."""
        said = self._tmux("display-message", "-p", " ".join(f"#{{{name}}}" for name in FLAGS))
        return dict(zip(FLAGS, said.split(), strict=True))

    @property
    def screen(self) -> pyte.Screen:
        screen = pyte.Screen(self.columns, self.rows)
        lines = self._tmux("capture-pane", "-e", "-p").rstrip("\n")
        pyte.Stream(screen).feed(lines.replace("\n", "\r\n"))
        return screen

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait_for(self, wanted: str | re.Pattern[str]) -> str:
        until = time.monotonic() + DEADLINE
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        while not pattern.search(text := self.text):
            assert time.monotonic() < until, f"{wanted!r} never came; the screen:\n{text}"
            time.sleep(0.1)
        return text

    def settle(self) -> None:
        """Wait until the screen stays the same for a while."""
        before = ""
        while before != (now := self.text):
            before = now
            time.sleep(0.3)

    def _changes(self) -> dict[str, str]:
        names = (
            *("TERM", "LANG", "LC_ALL", "COLORTERM", "NO_COLOR", "OMP_NUM_THREADS", "PYTHONPATH"),
            *(
                "XDG_STATE_HOME",
                "XDG_CONFIG_HOME",
                "PYTHONIOENCODING",
                "PYTHONUTF8",
                "PYTHONCOERCECLOCALE",
            ),
        )
        return {name: self._env[name] for name in names if name in self._env}

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self.folder / "socket"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
