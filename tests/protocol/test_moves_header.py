"""The first line of a file of moves, written and read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.cli.options import file_options, session_options
from lenet_tui.protocol.moves_header import header, header_words
from lenet_tui.protocol.options import resolve


@pytest.mark.parametrize(
    ("preset", "given"),
    [
        ("digits", {}),
        ("notebook", {"seed": 2**63 - 1, "device": "cuda:1", "threads": 2}),
        ("digits", {"lr": 1e-7, "loss": "mse", "optimizer": "adam", "batch_size": 7, "clip": 0.5}),
        ("notebook", {"data": "digits", "loss": "cross_entropy"}),
        ("digits", {"data": '/a b/it\'s "x" # $HOME.npz'}),
    ],
)
def test_what_is_written_is_read(
    preset: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenet_tui.cli.options._data", str)
    options = resolve(preset, **given)
    words = header_words(header(replace(options, history_mb=3)))
    assert words is not None
    assert session_options(file_options(words)) == options


def test_a_path_is_the_same_from_another_folder() -> None:
    assert f"--data {Path.cwd()}/x.npz" in header(resolve(data="x.npz"))
    with pytest.raises(ValueError, match="cannot be seen"):
        header(resolve(data="a\nrun 5"))


def test_it_holds_what_the_numbers_depend_on_and_no_more() -> None:
    always = "# lenet-tui --preset digits --device auto --seed 0 --threads 1"
    assert header(resolve()) == always
    assert header(resolve(lr=0.1)) == f"{always.replace(' --seed', ' --lr 0.1 --seed')}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("# lenet-tui 0.2 --seed 3", ["--seed", "3"]),
        ("#lenet-tui --lr 0.1 --data 'a b'", ["--lr", "0.1", "--data", "a b"]),
        ("# lenet-tui, moves for a demo", None),
        ("# lenet-tui moves", None),
        ("# lenet-tui", None),
        ("# a comment --seed 3", None),
        ("lenet-tui --seed 3", None),
        ("run 3", None),
    ],
)
def test_other_comments_are_comments(line: str, words: list[str] | None) -> None:
    assert header_words(line) == words
