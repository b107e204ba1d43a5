"""The rail and the status line as pure functions of the frame."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from lenet_tui.app import engine_state as state
from lenet_tui.app.all_words import words
from lenet_tui.app.engine_state import EngineState
from lenet_tui.app.ui.panes.rail import phase_lines, position_line
from lenet_tui.app.ui.panes.rail_strip import module_ticks, strip
from lenet_tui.app.ui.panes.status import Status, status_line
from lenet_tui.kit.ui.format import megabytes, seconds
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE, Glyphs
from lenet_tui.protocol.frame import Frame, OpRow
from lenet_tui.protocol.messages import Busy
from lenet_tui.protocol.moves import Do, Forward, Goto, Move, Set, Skip, Vector
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import LOADS_CUDNN, STARTS_CUDA, Position
from lenet_tui.stepping.phase_states import fitted, stations
from lenet_tui.text.notice import verbatim
from lenet_tui.text.numbers import number
from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES
from tests.training.test_named_losses import gan

EN = words("en")
PHASE, OP, ITERATION = Forward("phase"), Forward("op"), Forward("iteration")
ONEHOT = Vector("onehot", onehot=3)
READY = Drive().session.ready


@cache
def after(*moves: Move) -> Frame:
    return Drive().frame(*map(str, moves))


def states(*moves: Move) -> list[str]:
    return [s.state for s in stations(after(*moves))]


def test_before_the_engine_is_there_init_is_next() -> None:
    assert [s.state for s in stations(None)] == ["next"] + ["later"] * 5


def test_stations_follow_the_turn() -> None:
    assert states() == ["done", "next", "later", "later", "later", "later"]
    assert states(PHASE) == ["done", "done", "next", "later", "later", "later"]
    assert states(PHASE, OP, OP) == ["done", "done", "done", "current", "later", "later"]
    assert states(ITERATION) == ["done"] * 6
    assert states(ITERATION, OP)[:2] == ["done", "current"]


def test_skipped_and_extra_phases_stand_where_they_were() -> None:
    assert states(PHASE, PHASE, Skip("zero_grad"))[2:5] == ["done", "skipped", "next"]
    row = stations(after(PHASE, PHASE, Do("forward"), PHASE))
    assert [(s.phase, s.state) for s in row[2:6]] == [
        ("loss", "done"), ("forward", "extra"), ("zero_grad", "done"), ("backward", "next")
    ]  # fmt: skip
    assert [s.state for s in stations(after(ITERATION, Do("loss")))] == ["done"] * 6 + ["extra"]


def test_of_many_extra_phases_the_newest_are_shown() -> None:
    row = stations(after(PHASE, *[Do("loss")] * 5))
    kept, gone = fitted(row, 2)
    assert gone == 3 and sum(s.state == "extra" for s in kept) == 2
    upper, lower = phase_lines(after(PHASE, *[Do("loss")] * 5), 100, UNICODE, EN)
    assert upper.plain.startswith("+3 ") and upper.cell_length <= 100 >= len(lower.plain.rstrip())


@pytest.mark.parametrize("width", [58, 78, 118, 198])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_phases_fit_and_what_belongs_together_stands_below(width: int, glyphs: Glyphs) -> None:
    frame = after(PHASE, PHASE, PHASE, *[OP] * 7)
    segments = [replace(s, seconds=0.00049) for s in frame.segments]
    upper, lower = phase_lines(replace(frame, segments=tuple(segments)), width, glyphs, EN)
    assert upper.cell_length <= width and len(lower.plain.rstrip()) <= width
    assert upper.plain.index("backward") == lower.plain.index(f"7/{segments[-1].total}")
    assert upper.plain.index("forward") == lower.plain.index("0.49 ms")


def where(frame: Frame | None, state: EngineState = state.Ready()) -> str:  # noqa: B008
    return position_line(frame, state, EN, UNICODE).plain


def test_the_position_in_words() -> None:
    assert where(None, state.Loading()) == "loading torch …"
    assert "init done; next: forward of iteration 1" in where(after())
    assert "conv1 · conv2d → 1×6×28×28" in where(after(OP))
    frame = after(PHASE, PHASE, PHASE, OP, OP, OP)
    how_far = f"iteration 1  backward 3 of {frame.segments[-1].total}"
    assert where(frame) == f"{how_far}  AddmmBackward0 of fc3 → 10, 1×84, 84×10"
    assert "zero_grad done; next: backward" in where(after(PHASE, PHASE, PHASE))
    far = after(Goto(3))
    assert "finished; next: forward of iteration 4" in where(far)
    far = replace(far, position=replace(far.position, iteration=1145))
    assert "iteration 1,145  finished; next: forward of iteration 1,146" in where(far)


def test_trouble_comes_first_and_is_cleaned() -> None:
    busy = Busy(Position(1, "forward", 1), 0, "conv2 · \x1b[31mconv2d", 3.4)
    text = where(after(), state.Busy(busy, state.Ready()))
    assert text == "forward: conv2 · \\x1b[31mconv2d has been running for 3 s; escape ends it"
    assert where(after(), state.Dead(verbatim("SIGKILL"))).startswith(
        "the engine has ended (SIGKILL); ctrl+r"
    )
    assert where(after(), state.Restarting(verbatim("SIGKILL"))) == EN("rail.starting")


def test_what_starts_on_a_gpu_is_said_in_words() -> None:
    for what, said in ((STARTS_CUDA, "CUDA starts"), (LOADS_CUDNN, "cuDNN is loaded")):
        busy = Busy(Position(), -1, what, 2.2)
        text = where(None, state.Busy(busy, state.Loading()))
        assert text.startswith(said) and text.endswith(": 2 s")


def test_boundaries() -> None:
    assert after().boundary and after(ITERATION).boundary
    assert not after(OP).boundary and not after(PHASE).boundary


@pytest.mark.parametrize("width", [40, 58, 78, 118, 198])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_status_fits_and_keeps_what_matters(width: int, language: str) -> None:
    frame = replace(after(ITERATION, ITERATION), ahead=True, divergence=verbatim("conv1.weight"))
    status = Status(Options(), READY, frame, EN("run.flat") if width > 60 else "")
    line = status_line(status, words(language), UNICODE, width)
    assert line.cell_length <= width
    assert words(language)("status.divergence") in line.plain
    assert frame.loss and number(frame.loss) in line.plain
    if width >= 78:
        assert "cpu" in line.plain
    if width >= 198:
        for part in ("digits", "float32", "lr 0.01", "manual", "cross_entropy", "/256 MB"):
            assert part in line.plain


def test_status_shows_the_options_in_force() -> None:
    frame = after(ITERATION, Set("lr", 0.5), Set("batch-size", 8))
    line = status_line(Status(Options(), READY, frame), EN, UNICODE, 160).plain
    assert "lr 0.5" in line and "batch 8" in line
    own = Options(model="gan.py", data="own", loss="own", optimizer="own")
    line = status_line(Status(own, READY, None), EN, UNICODE, 160).plain
    assert "gan.py" in line and "own" not in line


@pytest.mark.parametrize("language", ["en", "zh"])
def test_status_says_what_is_kept_of_a_tape_beyond_its_budget(language: str) -> None:
    whole = after(ITERATION)
    for frame, key in (
        (replace(whole, tape_dropped=3, tape_bytes=2**20), "status.tape"),
        (replace(whole, tape_dropped=3, tape_bytes=2**20, recomputed=True), "status.recomputed"),
    ):
        line = status_line(Status(Options(), READY, frame), words(language), UNICODE, 198).plain
        assert words(language)(key, used="1.0/4096 MB") in line
    assert "4096" not in status_line(Status(Options(), READY, whole), EN, UNICODE, 198).plain


def test_quantities() -> None:
    shown = [seconds(s) for s in (12e-6, 0.00041, 0.0412, 3.21)]
    assert shown == ["12 µs", "0.41 ms", "41 ms", "3.2 s"]
    assert [megabytes(n) for n in (0, 5_000_000, 268_435_456)] == ["0.0", "4.8", "256"]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_phases_out_of_turn_never_make_the_line_wider_than_the_screen(glyphs: Glyphs) -> None:
    frame = after(PHASE, Do("zero_grad"), Do("backward", ONEHOT), Do("forward"), PHASE)
    for width in (78, 100, 160):
        upper, _ = phase_lines(frame, width, glyphs, EN)
        assert upper.cell_length <= width and "update" in upper.plain
    assert upper.plain.count(glyphs.extra) == 2


def test_a_usual_phase_that_a_step_lacks_is_an_empty_place() -> None:
    driven = Drive("", model=str(FILES / "regression.py"))
    driven("finish", "phase")
    row = [(s.phase, s.state) for s in stations(driven.moved.frame)]
    assert ("loss", "missing") not in row
    lacking = replace(driven.moved.frame, upcoming=("forward", "backward", "update"), segments=())
    row = [(s.phase, s.state) for s in stations(lacking)]
    assert row == [
        ("init", "done"), ("forward", "next"), ("loss", "missing"), ("zero_grad", "missing"),
        ("backward", "later"), ("update", "later"),
    ]  # fmt: skip


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_strip_shows_where_among_many_ops_one_is(glyphs: Glyphs) -> None:
    shown = [strip(done, 2011, 32, (0, 700, 1400), glyphs).plain for done in (1, 1006, 2011)]
    assert [text.index(glyphs.current) for text in shown] == [0, 15, 31]
    assert all(len(text) == 32 and text.count(glyphs.tick) >= 2 for text in shown)
    assert shown[1][:15].count(glyphs.line) == 0 and shown[1][16:].count(glyphs.way) == 0
    ops = tuple(OpRow(n, "op", (), (), (), (), 0, module=n) for n in ("a.x", "a.y", "", "b", "a"))
    assert module_ticks(ops) == (0, 3, 4)


def test_a_phase_of_many_ops_has_a_strip_and_a_small_one_none() -> None:
    frame = after(OP)
    few = position_line(frame, state.Ready(), EN, UNICODE, width=118).plain
    assert "forward 1 of 12" in few and UNICODE.current not in few
    many = replace(frame, segments=(replace(frame.segments[-1], done=1234, total=2011),))
    line = position_line(many, state.Ready(), EN, UNICODE, width=118).plain
    assert "forward op 1,234 of 2,011 ┼━" in line and UNICODE.current in line


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_rail_names_the_loss_of_a_phase_where_a_step_has_several(
    lang: str, tmp_path: Path
) -> None:
    drive = Drive("", model=str(gan(tmp_path)))
    said = []
    while not (frame := drive("phase").frame).boundary:
        line = position_line(frame, state.Ready(), words(lang), UNICODE).plain
        said += [line.replace("（", " (").replace("）", ")")]
    named = [found[0] for line in said if (found := re.findall(r"\w+ \(loss_\w\)", line))]
    assert named == [f"{phase} ({loss})" for loss in ("loss_d", "loss_d", "loss_g")
                     for phase in ("loss", "backward")]  # fmt: skip
