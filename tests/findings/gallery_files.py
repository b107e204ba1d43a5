"""The gallery's programs: each file of it as a broken program and as its healthy twin."""

from __future__ import annotations

from pathlib import Path

import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.finding import Findings
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

FOLDER = Path(__file__).parent / "gallery"
BROKEN, HEALTHY = "broken", "healthy"
MAKES_TENSORS = (
    "exploding__sequence",
    "graph-across-iterations__sequence",
    "graph-across-iterations__vision",
    "graph-cut__policy",
    "graph-cut__sequence",
    "inplace-overwrite__regression",
    "input-scale__constants",
    "loss-on-probabilities__samples",
    "nan-input__kept",
    "param-not-in-optimizer__late",
)
"""These make tensors in their forward or step, with no device in mind: on torch's default one."""


def programs() -> list[str]:
    """The names of the files: ``ID__SHAPE``."""
    return sorted(file.stem for file in FOLDER.glob("*__*.py") if file.stem != "__init__")


def id_of(program: str) -> str:
    """The id of the finding that the broken program has."""
    return program.partition("__")[0]


def source(program: str, variant: str) -> str:
    """The text of one variant; the lines of the other one are empty, so that numbers agree."""
    other = HEALTHY if variant == BROKEN else BROKEN
    lines = (FOLDER / f"{program}.py").read_text("utf-8").splitlines()
    return "".join(f"{'' if line.endswith(f'# {other}') else line}\n" for line in lines)


def write(program: str, variant: str, folder: Path) -> Path:
    """One variant as a file of its own."""
    file = folder / f"{program}_{variant}.py".replace("-", "_")
    file.write_text(source(program, variant), "utf-8")
    return file


def checked(program: str, variant: str, folder: Path, device: str = "cpu") -> Findings:
    """What a check finds in one variant on this device."""
    file = write(program, variant, folder)
    if device != "cpu" and program in MAKES_TENSORS:
        there = f'import torch; torch.set_default_device("{device}")\n'
        file.write_text(file.read_text("utf-8").replace("import torch\n", there, 1), "utf-8")
    options = resolve("own", model=str(file), device=device)
    torch.set_num_threads(options.threads)
    return check(Trainer(options), ITERATIONS)


def marked_line(program: str, variant: str, folder: Path) -> str:
    """``file.py:17`` of the first line that only this variant has."""
    lines = (FOLDER / f"{program}.py").read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.endswith(f"# {variant}"))
    return f"{write(program, variant, folder).name}:{number}"
