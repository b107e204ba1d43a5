"""A folder with a folder of images for each class."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.harness.commands import run_here
from tests.harness.data_files import (
    Files,
    folder,
    images,
    loaded,
    padded,
    png,
    refused,
    refused_by_the_command,
    whole,
)

pillow = pytest.mark.skipif(not importlib.util.find_spec("PIL"), reason="Pillow is not installed")


CATS, DOGS = images(6), images(5)
PETS: Files = {f"cat/{n}.png": png(p) for n, p in enumerate(CATS)} | {
    f"dog/{n}.png": png(p) for n, p in enumerate(DOGS)
}


@pillow
def test_a_folder_of_images(tmp_path: Path) -> None:
    found = loaded(folder(tmp_path, {**PETS, "cat/.DS_Store": b"", "notes.txt": b"pets"}))
    everything, held = np.concatenate([CATS, DOGS]), np.arange(11) % 5 == 0
    assert found.names == ("cat", "dog")
    assert torch.equal(whole(found.train)[0], padded(everything[~held]))
    assert torch.equal(whole(found.test)[0], padded(everything[held]))
    assert whole(found.test)[1].tolist() == [0, 0, 1]


@pillow
def test_a_folder_with_parts_and_colours_and_several_sizes(tmp_path: Path) -> None:
    red = np.zeros((40, 32, 3), "uint8")
    red[..., 0] = 200
    files = {f"train/{name}": content for name, content in PETS.items()}
    files |= {"train/cat/wide.png": png(red, colour=2), "test/dog/one.png": png(DOGS[0])}
    source = folder(tmp_path, files)
    found = loaded(source)
    assert (len(found.train), len(found.test)) == (12, 1)
    assert found.train.pixels.shape == (12, 32, 32)
    wide = whole(found.train)[0][6]
    assert torch.equal(wide, torch.full((1, 32, 32), 60 / 127.5 - 1))  # 0.299 · 200
    done = run_here("trace", "--data", source, "--iterations", "1", "--lang", "en")
    assert (done.returncode, done.stderr.count("\n")) == (0, 2)
    (tmp_path / "test" / "cat").mkdir()
    assert "there is no image in 'test/cat'" in refused_by_the_command(source)
    assert [str(remark) for remark in found.remarks] == [
        f"the images of {source} are stored in colour: they are read as grey",
        f"the images of {source} are of several sizes: each is resized to 32×32 (bilinear)",
    ]


BAD_FOLDERS: dict[str, tuple[Files, str]] = {
    "text": ({**PETS, "dog/x.png": b"woof"}, "dog/x.png: it is not an image in a format that"),
    "cut off": ({**PETS, "dog/x.png": PETS["dog/0.png"][:200]}, "dog/x.png: "),
    "bomb": ({**PETS, "dog/x.png": png(DOGS[0], (60_000, 60_000))}, "over 16 million pixels"),
    "large": ({**PETS, "dog/x.png": png(DOGS[0], (5000, 5000))}, "over 16 million pixels"),
    "transparent": (
        {**PETS, "dog/x.png": png(np.zeros((28, 28, 4)), colour=6)}, "x.png: it is transparent in",
    ),
    "a folder in a class": ({**PETS, "dog/more/1.png": b""}, "dog/more: it is not a regular file"),
    "no image of a class": ({**PETS, "eel/.hidden": b""}, "/eel'"),
    "one class": ({n: c for n, c in PETS.items() if "cat" in n}, "of one class, cat"),
    "no class": ({"1.png": PETS["cat/1.png"]}, "holds neither IDX files such as"),
    "test part only": ({"test/cat/1.png": b"", "test/dog/1.png": b""}, "but no train to train on"),
    "unknown class": (
        {f"train/{n}": c for n, c in PETS.items()} | {"test/eel/1.png": b""},
        "test has a class 'eel', which there is none of",
    ),
}  # fmt: skip


@pillow
def test_more_folders_than_outputs_name_the_first_that_is_too_many(tmp_path: Path) -> None:
    files: Files = {f"{letter}/1.png": png(CATS[0]) for letter in "abcdefghijkl"}
    line = refused_by_the_command(folder(tmp_path, files))
    assert "of its 12 folders of classes 'k' is label 10, and the last layer" in line


@pillow
@pytest.mark.parametrize("name", BAD_FOLDERS)
def test_each_way_of_breaking_a_folder_of_images_is_one_line(tmp_path: Path, name: str) -> None:
    files, said = BAD_FOLDERS[name]
    assert said in refused(folder(tmp_path, files))


def test_a_folder_of_images_without_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    assert "takes Pillow, which is not installed: pip install" in refused(folder(tmp_path, PETS))
    (tmp_path / "none").mkdir()
    assert "it is an empty folder" in refused(str(tmp_path / "none"))
