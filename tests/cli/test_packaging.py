"""What is shipped, and the two commands that the README promises."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PREPARE = "[ -x .venv/bin/pip ] || python3 -m venv .venv; .venv/bin/python -m pip install "


def commands() -> list[str]:
    return [line for line in README.read_text("utf-8").splitlines() if line.startswith("[ -x ")]


def test_the_digits_are_those_of_the_uci() -> None:
    folder = resources.files("lenet_tui.training") / "digits"
    with (folder / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.uint8)
    assert (labels.shape, labels.dtype) == ((1797,), np.uint8)
    assert (images.min(), images.max()) == (0, 16)
    # the class distribution that the set's own description gives for optdigits.tes
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    said = (folder / "ATTRIBUTION.md").read_text("utf-8")
    assert all(word in said for word in ("Alpaydin", "Kaynak", "CC BY 4.0", "What was changed"))


def test_the_readme_holds_one_line_to_start_and_one_to_test() -> None:
    start, test = commands()
    assert start == PREPARE + "torch==2.13.0 -e . && .venv/bin/lenet-tui"
    assert test == PREPARE + "-q torch==2.13.0 -e '.[dev]' && .venv/bin/python -m pytest"


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_ci_runs_the_readmes_own_line() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    found = next(line for line in script if line.startswith("tests="))
    done = subprocess.run(
        ["bash", "-c", f'{found}; printf %s "$tests"'],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == commands()[1]


def test_the_dev_extra_pins_every_version() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dev = \[\n(.*?)^\]", text, re.M | re.S)
    assert block
    pins = re.findall(r'"(.+)"', block[1])
    assert len(pins) >= 9 and all(re.match(r"[\w-]+==\d", pin) for pin in pins)
