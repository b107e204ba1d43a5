"""``lenet-tui tour`` from outside: what it prints where there is no terminal, what it refuses."""

from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.cli import main as cli
from lenet_tui.cli import progress
from lenet_tui.tour.stops import STOPS
from tests.harness.commands import run_here


def printed(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main(["tour", "--format", "text", *given])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_stop_is_printed_in_order_with_its_words_and_code(
    capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    out, say = printed(capsys, "--lang", lang), words(lang)
    titles = [f"{n} / 20 · {say(f'tour.{stop.key}.title')} ─" for n, stop in enumerate(STOPS, 1)]
    places = [out.index(title) for title in titles]
    assert places == sorted(places) and len(set(places)) == 20
    flat = "".join(out.split())
    for stop in STOPS:
        assert "".join(say(f"tour.{stop.key}.text").split()) in flat
        assert all(f"    {line}".rstrip() in out for line in stop.code.splitlines())
    assert max(map(cell_len, out.splitlines())) <= 100


def test_what_the_code_prints_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "6")
    assert "Here it prints" in out and "    Net(" in out and "(fc3): Linear(in_features=84" in out
    out = printed(capsys, "13", "--lang", "zh")
    lines = out[out.index("打印出") :].splitlines()
    assert lines[1] == "    None" and lines[2].startswith("    tensor([")
    assert "    torch.Size([1, 6, 14, 14])" in printed(capsys, "pool")


@pytest.mark.parametrize("asked", ["13", "bias"])
def test_one_stop_is_asked_for_by_number_or_name(
    capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    out = printed(capsys, asked)
    assert "13 / 20 · conv1.bias.grad, before and after" in out and out.count(" / 20 ") == 1


@pytest.mark.slow
def test_ascii_is_ascii_and_times_is_no_minus(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "--ascii")
    assert out.isascii()
    assert "floor((32 + 2 x padding - dilation x (5 - 1) - 1) / stride + 1) = 28" in " ".join(
        out.split()
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("21", "no stop '21': 1 to 20, or one of steps, conv1d"),
        ("x\x1b[2J", r"no stop 'x\x1b[2J'"),
        ("--lr 0.1", "the preset notebook: no --lr here"),
        ("--data digits --loss mse", "the preset notebook: no --data, --loss here"),
        ("--preset digits", "the preset notebook: no --preset digits here"),
        ("--seed x", "seed 'x' is not a whole number"),
    ],
)
def test_what_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["tour", *given.split()])
    out, err = capsys.readouterr()
    assert end.value.code == 2 and out == "" and err.count("\n") == 1
    assert said in err


@pytest.mark.slow
def test_without_a_terminal_the_stops_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "AFTER", math.inf)  # a busy machine's runs take longer than that
    done = run_here("tour", "--seed", "3")
    assert done.returncode == 0
    assert done.stderr == (
        "lenet-tui: stdin is not a terminal: the stops are printed instead of shown\n"
    )
    assert "1 / 20 · Six steps" in done.stdout and "20 / 20 · Your own digit" in done.stdout
