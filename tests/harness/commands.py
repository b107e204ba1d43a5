"""The command line run in this process, for tests in which its process is not the subject."""

from __future__ import annotations

import contextlib
import io
import sys
from subprocess import CompletedProcess
from unittest import mock

from lenet_tui.cli import main as cli


def run_here(*words: str, given: str = "") -> CompletedProcess[str]:
    """``lenet-tui WORDS`` with ``given`` on standard input, which is no terminal."""
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()))
    out, err = io.StringIO(), io.StringIO()
    streams = mock.patch.multiple(sys, stdin=stdin, __stdin__=stdin)
    status = None
    with streams, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(words)
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return CompletedProcess(words, status, out.getvalue(), err.getvalue())
