"""Sessions' sockets: only their owner can open them, and those of dead processes go."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.attach import places
from lenet_tui.attach.places import Refused


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the sockets, short enough for their paths."""
    with tempfile.TemporaryDirectory() as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield Path(short) / "lenet-tui"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_socket_are_their_owner_s_alone(home: Path) -> None:
    before = os.umask(0)
    try:
        listener, path = places.new_socket(f"train-{os.getpid()}")
    finally:
        os.umask(before)
    with listener:
        assert (mode(home), mode(path.resolve())) == (0o700, 0o600)
        assert [found.name for found in places.sockets()] == [f"train-{os.getpid()}.sock"]


def test_what_others_may_open_is_refused_on_both_sides(home: Path) -> None:
    listener, path = places.new_socket(f"train-{os.getpid()}")
    with listener:
        path.chmod(0o660)
        with pytest.raises(Refused, match="mode 0660, should be 0600"):
            places.check(path)
        path.chmod(0o600)
        home.chmod(0o755)
        for ask in (lambda: places.check(path), lambda: list(places.sockets())):
            with pytest.raises(Refused, match="mode 0755, should be 0700"):
                ask()
        with pytest.raises(Refused, match="mode 0755"):  # it is not mended, nor another taken
            places.own_folder(home, make=True)
    home.chmod(0o700)
    path.unlink()
    path.write_text("no socket")
    path.chmod(0o600)
    with pytest.raises(Refused, match="not what it should be"):
        places.check(path)


def test_a_link_in_the_folder_s_place_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    home.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="not what it should be"):
        places.own_folder(home, make=True)


def test_another_user_s_socket_and_process_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    listener, path = places.new_socket("train-1")
    with ours, theirs, listener:
        places.check_peer(ours)
        user = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: user + 1)
        with pytest.raises(Refused, match=f"belongs to user {user}"):
            places.check(path)
        if sys.platform == "linux":
            with pytest.raises(Refused, match=f"is user {user}'s"):
                places.check_peer(ours)


def test_sockets_of_dead_processes_are_removed(home: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not places.lives(child.pid)
    listener, path = places.new_socket(f"train-{child.pid}")
    listener.close()
    assert path.exists()
    assert list(places.sockets()) == []
    assert not path.exists()


def test_names_are_those_of_the_script_and_fit_a_path() -> None:
    assert places.session_name("", "/a/b/train gpt.py", 7) == "train-gpt-7"
    assert places.session_name("mine", "/a/train.py", 7) == "mine-7"
    assert len(places.session_name("x" * 300, "", 7)) == 32
