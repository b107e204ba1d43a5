"""The session is saved while it goes on, each instance's in a file of its own."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lenet_tui.protocol.messages import DoMove, Moved, Printed, Ready, RunFree
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions import autosave
from lenet_tui.sessions.store import MOST, SaveFile, in_use, lost, read
from tests.harness import fake_session
from tests.harness.conversation import Conversation


def wait_for(true: Callable[[], object], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.session"))


def iteration(folder: Path) -> int:
    """Where the one session in a folder is; -1: none is there."""
    found = files(folder)
    return read(found[0]).snapshot.position.iteration if found else -1


def run(talk: Conversation, count: int) -> None:
    talk.send(DoMove(1, Run(count)))
    talk.until(Moved)


def test_a_move_is_saved_soon_and_a_run_within_a_second(tmp_path: Path) -> None:
    with Conversation(fake_session.main, tmp_path) as talk:
        talk.start()
        time.sleep(0.2)
        assert files(tmp_path) == []  # nothing has been done yet
        run(talk, 25)
        wait_for(lambda: iteration(tmp_path) == 25)
        talk.send(RunFree(2))
        wait_for(lambda: iteration(tmp_path) > 25, 1.5)
        first = iteration(tmp_path)
        wait_for(lambda: iteration(tmp_path) > first, 1.5)


def test_what_was_saved_is_taken_up_by_another_engine(tmp_path: Path) -> None:
    with Conversation(fake_session.main, tmp_path) as talk:
        talk.start()
        run(talk, 57)
        wait_for(lambda: iteration(tmp_path) == 57)
        assert list(lost(tmp_path)) == []  # its instance still runs
    (path, saved), *others = lost(tmp_path)
    assert not others and isinstance(saved, SavedSession)
    with Conversation(fake_session.main, tmp_path) as talk:
        talk.client.resume(saved, path)
        assert talk.until(Ready).options == saved.options
        run(talk, 3)
        wait_for(lambda: iteration(tmp_path) == 60)
        assert files(tmp_path) == [path]  # it goes on in the same file
        talk.client.restart()
        talk.until(Ready)
        run(talk, 1)
    assert iteration(tmp_path) == 61


def test_instances_keep_out_of_each_others_files(tmp_path: Path) -> None:
    with Conversation(fake_session.main, tmp_path) as one:
        one.start()
        run(one, 11)
        wait_for(lambda: iteration(tmp_path) == 11)
        path = files(tmp_path)[0]
        with Conversation(fake_session.main, tmp_path) as two:
            two.client.resume(read(path), path)
            two.until(Ready)
            run(two, 11)
            wait_for(lambda: len(files(tmp_path)) == 2)
            assert read(path).snapshot.position.iteration == 11


def test_what_has_been_resumed_is_offered_to_no_other_instance(tmp_path: Path) -> None:
    file = SaveFile(tmp_path)
    file.write([b"whatever"])
    file.close()
    assert len([*lost(tmp_path)]) == 1 and not in_use(tmp_path)
    saver = autosave.Autosave(tmp_path, lambda: None, lambda _: None)
    saver.adopt(file.path)
    wait_for(lambda: in_use(tmp_path))
    assert [*lost(tmp_path)] == []
    saver.close()
    assert len([*lost(tmp_path)]) == 1 and file.path.read_bytes() == b"whatever"


def test_what_is_set_aside_stays_saved(tmp_path: Path) -> None:
    with Conversation(fake_session.main, tmp_path) as talk:
        talk.start()
        run(talk, 30)
        talk.client.set_aside()
        talk.start()
        run(talk, 1)
        time.sleep(0.6)
        assert iteration(tmp_path) == 30


def test_a_full_disk_is_said_once_and_does_not_stop_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *content: bytes, replace: bool) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("lenet_tui.sessions.store.write_new", full)
    monkeypatch.setattr(autosave, "INTERVAL", 0.05)
    with Conversation(fake_session.main, tmp_path) as talk:
        talk.start()
        run(talk, 1)
        assert talk.until(Printed) == Printed("unsaved", "No space left on device")
        for _ in range(3):
            run(talk, 1)
            time.sleep(0.2)
        assert sum(isinstance(r, Printed) for r in talk.reports) == 1
        monkeypatch.undo()
        run(talk, 1)
        wait_for(lambda: iteration(tmp_path) == 5)  # there is room again


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with Conversation(fake_session.main, tmp_path / "file" / "lenet-tui") as talk:
        talk.start()
        run(talk, 1)
        assert talk.until(Printed).kind == "unsaved"


def test_only_the_newest_stay(tmp_path: Path) -> None:
    for number in range(MOST + 4):
        path = tmp_path / f"{number:02}.session"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    held = SaveFile(tmp_path, tmp_path / "00.session")
    other = SaveFile(tmp_path, tmp_path / "13.session")
    left = {path.stem for path in files(tmp_path)}
    assert left == {"00", *(f"{n:02}" for n in range(4, MOST + 4))}  # one is held
    held.close()
    other.close()


def test_what_was_begun_when_an_instance_was_killed_is_swept_away(tmp_path: Path) -> None:
    living = SaveFile(tmp_path)
    parts = [tmp_path / f".{stem}.session.7.part" for stem in (living.path.stem, "20260101-1")]
    for part in parts:
        part.write_bytes(b"half of it")
    SaveFile(tmp_path, tmp_path / "20260102-1.session").close()
    assert [part.exists() for part in parts] == [True, False]
    living.close()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    path = tmp_path / "x.session"
    path.symlink_to(victim)
    file = SaveFile(tmp_path, path)
    file.write([b"new"])
    file.close()
    assert victim.read_text() == "mine"
    assert path.read_bytes() == b"new" and not path.is_symlink()
