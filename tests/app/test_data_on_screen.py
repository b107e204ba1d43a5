"""What the screen says of images from files: padding, augmentation, the names of classes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenet_tui.app.ui.panes.input import ImagePane
from lenet_tui.protocol.frame import Samples
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import resolve
from tests.harness.data_files import MNIST, folder
from tests.harness.pane_app import running as running_pane
from tests.harness.pane_app import shown, until
from tests.harness.running_app import Running, running

PAD = "input = F.pad(input, (2, 2, 2, 2), value=-1)  # to 32×32"
AUGMENT = "input = augment(input, shift=2, noise=0.05)"


@pytest.mark.slow
async def test_padding_and_augmentation_are_in_the_code_and_on_the_input(tmp_path: Path) -> None:
    options = resolve(
        data=folder(tmp_path, MNIST), augment="shift=2,noise=0.05", batch_size=2, device="cpu"
    )
    async with running((200, 60), options=options) as run:
        assert f"lenet-tui · {tmp_path.name} · cpu" in run.text
        await run.press("n")
        assert PAD in run.text and AUGMENT in run.text
        assert "augmented  sample 0 of 2" in run.text
        await made(run, Set("augment", "off"))
        assert AUGMENT not in run.text
        assert "augmented  sample 0 of 2" in run.text  # as the batch of this forward was
        await run.press("f", "n")
        assert "augmented" not in run.text
        await made(run, Set("augment", "rotate=5"))
        await run.press("f", "n", "L")
        assert "已增强" in run.text


async def made(run: Running, move: Set) -> None:
    run.app.main.move(move)
    await run.settle()


async def test_the_name_of_a_class_stands_by_its_number_where_there_is_room() -> None:
    pane = ImagePane(id="image")
    async with running_pane(pane) as (app, pilot):
        app.tensors |= {"input": torch.rand(3, 1, 8, 8), "target": torch.tensor([1, 0, 4])}
        app.answer(samples=Samples(names=("cat", "[dog]"), augmented=True))
        await until(pilot, lambda: "Input  target 1 [dog]  augmented  sample 0 of 3" in shown(pane))
        pane.sample = 2
        await until(pilot, lambda: "target 4  augmented" in shown(pane))
