"""What was set by hand stands in the exported script, or the script is refused in a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lenet_tui.protocol.picture import packed
from lenet_tui.protocol.request import Rejected
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, run_alone, shown, training

PICTURE = packed(np.linspace(-1, 1, 1024, dtype=np.float32).reshape(32, 32))


@pytest.mark.slow
@pytest.mark.parametrize("augment", ["", "shift=2,noise=0.1"])
def test_weights_and_pictures_set_by_hand_come_out_to_the_bit(augment: str, tmp_path: Path) -> None:
    given = {"augment": augment} if augment else {}
    drive = Drive(batch_size=3, optimizer="adam", **given)
    drive("edit fc3.bias[9] -0.125", "run 2", "edit conv1.weight[0,0,1,2] 0.5")
    drive(f"draw 3 {PICTURE} 2", "run 3", "phase", "edit input[0,0,3,4] 0.75", "finish")
    script = exported(drive)
    body = training(script)
    assert "net.conv1.weight.data[0, 0, 1, 2] = 0.5" in body
    assert "input[0, 0, 3, 4] = 0.75" in body and "target[2] = 3" in body
    assert ran(script) == shown(drive)
    if not augment:
        done = run_alone(script, tmp_path, "--verify")
        assert done.returncode == 0, done.stdout + done.stderr
    drive("edit fc3.bias[0] nan")
    assert 'net.fc3.bias.data[0] = float("nan")' in training(exported(drive))


@pytest.mark.parametrize("preset", ["notebook"])
def test_what_cannot_be_written_is_said_in_a_line(preset: str) -> None:
    drive = Drive(preset)
    drive("finish", "edit input[0,0,3,4] 0.75")
    with pytest.raises(Rejected) as refused:
        exported(drive)
    assert "class labels" in str(refused.value) and "\n" not in str(refused.value)
