"""``goto op NAME`` goes to an op by its name, forwards or back, as the steps one by one would."""

from __future__ import annotations

from tests.harness.driving import Drive


def test_going_to_an_op_ends_where_its_steps_end() -> None:
    drive, other = Drive(), Drive()
    names = [e.name for e in drive.session.navigator.recorder.expected]
    for name in ("conv2.relu", "conv1", "fc3", "conv2"):
        drive(f"goto op {name}")
        count = names.index(name) + 1
        other(*(["back iteration"] if other.at[0] else []), *(["op"] * count))
        assert (drive.at, drive.state) == (other.at, other.state)
        assert drive.moved.frame.entry and drive.moved.frame.entry.name == name
    drive("finish", "goto op conv1.relu")
    assert drive.at == (1, "forward", 2, 2)
    drive("finish", "phase", "back phase", "goto op conv1")
    assert drive.at[:3] == (1, "forward", 1)


def test_an_op_that_is_not_there_changes_nothing() -> None:
    drive = Drive()
    before = drive.at
    assert "no op called conv9" in str(drive.tries("goto op conv9").error)
    assert drive.at == before
    drive("goto op fc1")
    drive.again()  # the new engine has run no op after it
    drive("goto op fc3")
    assert drive.at == (1, "forward", None, 12)
