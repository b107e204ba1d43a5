"""Images of a training batch changed at random: what is done, and that a seed decides it all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenet_tui.protocol.augment import OFF, parse
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.moves_header import header, header_words
from lenet_tui.protocol.options import OptionError, change, parse_value, resolve
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.augment import augment
from lenet_tui.training.engine.dataset import DataState, next_batch
from tests.harness.commands import run_here
from tests.harness.data_files import MNIST, folder
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, run_alone, shown
from tests.harness.oracle import LeNet, digits, digits_order, sha

ALL = "shift=2,rotate=10,noise=0.05"


def test_a_shift_moves_whole_pixels_and_repeats_the_edge() -> None:
    images = torch.randn(40, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    shifted = augment(images, 7, shift=3)
    rows = torch.arange(32)
    found = set()
    for image, result in zip(images[:, 0], shifted[:, 0], strict=True):
        places = [
            (down, right)
            for down in range(-3, 4)
            for right in range(-3, 4)
            if torch.equal(
                result, image[(rows + down).clamp(0, 31)][:, (rows + right).clamp(0, 31)]
            )
        ]
        assert len(places) == 1
        found.add(places[0])
    assert len(found) > 20
    assert shifted.stride() == images.stride()  # or a convolution lays its output out otherwise
    assert not torch.equal(shifted, augment(images, 8, shift=3))


def test_a_rotation_is_about_the_middle_and_noise_has_its_deviation() -> None:
    image = torch.full((200, 1, 32, 32), -1.0)
    image[:, :, 15:17] = 1  # a bar across
    turned = augment(image, 3, rotate=30)
    slopes = []
    for each in turned[:, 0]:
        left, right = each[:, 4].argmax().item(), each[:, 27].argmax().item()
        slopes.append((right - left) / 23)
        assert each[15:17, 15:17].min() > 0.5
    assert 0.4 < max(slopes) < 0.65 and -0.65 < min(slopes) < -0.4  # tan 30° = 0.58
    noise = augment(image, 3, noise=0.25) - image
    assert abs(noise.std().item() - 0.25) < 0.005 and abs(noise.mean().item()) < 0.005
    assert torch.equal(augment(image, 3), image)


def plain(iterations: int, batch: int) -> list[str]:
    """The loop that a person would write, with the batches as they say they are."""
    torch.manual_seed(0)
    net, criterion = LeNet(), torch.nn.CrossEntropyLoss()
    images, labels = digits()
    epoch = offset = 0
    for _ in range(iterations):
        order = digits_order(0, epoch)
        picked = order[offset : offset + batch]
        inputs = augment(images[picked], epoch * 1_000_003 + offset + 1, shift=2, noise=0.05)
        offset += batch
        if offset >= len(order):
            epoch, offset = epoch + 1, 0
        net.zero_grad()
        criterion(net(inputs), labels[picked]).backward()
        for p in net.parameters():
            assert p.grad is not None
            p.data.sub_(p.grad.data * 0.01)
    return [sha(p) for p in net.parameters()]


@pytest.mark.slow
def test_a_session_equals_the_plain_loop_there_and_back_and_in_a_new_engine() -> None:
    drive = Drive(augment="noise=0.05, shift=2", batch_size=400)
    before = torch.get_rng_state()
    drive("run 9")  # two epochs and a bit
    wanted = plain(9, 400)
    assert [value for value, _ in drive.state.values()] == wanted
    drive("back iteration", "back op", "back phase", "goto 3", "goto 9")
    drive("run 0")
    assert [value for value, _ in drive.state.values()] == wanted
    drive.again()
    drive("back iteration", "finish")
    assert [value for value, _ in drive.state.values()] == wanted
    torch.set_rng_state(before)


def test_what_is_shown_before_is_what_goes_in_and_nothing_is_drawn_from_torch() -> None:
    options, state = resolve(augment=ALL, batch_size=3), DataState()
    torch.manual_seed(5)
    upcoming = dataset.upcoming(state, options)
    assert upcoming is not None
    assert torch.equal(upcoming[0], next_batch(state, options)[0])
    other = next_batch(state, options)[0]
    assert not torch.equal(upcoming[0], other)
    expected = torch.Generator().manual_seed(5)
    assert torch.equal(torch.randn(3), torch.randn(3, generator=expected))


def test_held_out_data_are_never_changed() -> None:
    part, plainly = (dataset.held_out(resolve(augment=a)) for a in (ALL, OFF))
    assert part is not None and part is plainly
    images, labels = digits()
    inputs, targets = part.batch(torch.arange(len(part)))
    assert torch.equal(inputs, images[::5]) and torch.equal(targets, labels[::5])


@pytest.mark.slow
def test_the_script_comes_to_the_same(tmp_path: Path) -> None:
    drive = Drive(augment=ALL, batch_size=300, seed=2**63 - 1)
    drive("run 6", "set augment shift=1", "run 2", "set augment off", "run 2")
    drive("set batch-size 5", f"set data {folder(tmp_path / 'mnist', MNIST)}")
    drive("set augment rotate=45", "run 6", "phase", "set augment off")
    script = exported(drive)
    for line in (
        "input = augment(input, digits.drawn, shift=2, rotate=10.0, noise=0.05)",
        "input = augment(input, digits.drawn, shift=1)",
        "input = augment(input, samples.drawn, rotate=45.0)",
        "def augment(",
    ):
        assert line in script
    assert ran(script) == shown(drive)
    assert "are equal" in run_alone(script, tmp_path, "--verify").stdout
    assert "augment" not in exported(Drive())


@pytest.mark.slow
def test_by_the_command_line(tmp_path: Path) -> None:
    words = ("--data", folder(tmp_path, MNIST), "--augment", "noise=.05,shift=2", "--lang", "en")
    traced = run_here("trace", *words, "--iterations", "3")
    assert traced.returncode == 0
    assert "· augment shift=2,noise=0.05" in traced.stdout
    script = run_here("export", *words, "--iterations", "3", "--output", "-")
    assert "augment(input, samples.drawn, shift=2, noise=0.05)" in script.stdout
    assert "--augment" in run_here("trace", "--help").stdout
    line = header(resolve(augment="rotate=5"))
    assert header_words(line) == line.removeprefix("# lenet-tui ").split()
    assert "--augment rotate=5 " in line and "--augment" not in header(resolve())


@pytest.mark.parametrize(
    "text",
    [
        *("", "shift", "shift=1.5", "shift=-1", "shift=32", "rotate=181", "noise=nan", "noise=-1"),
        *("zoom=2", "shift=1,shift=2", "shift=1;rotate=2", "noise=1e9", "rotate=inf", "shift=٣x"),
    ],
)
def test_what_cannot_be_is_one_line(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_value("augment", text)
    assert str(caught.value).isprintable() and str(caught.value).startswith("augment")


def test_what_is_given_in_any_order_is_the_same() -> None:
    assert parse_value("augment", " rotate=10.0, shift=2 ") == "shift=2,rotate=10"
    assert parse_value("augment", "shift=0") == parse_value("augment", "off") == OFF
    assert str(parse(ALL)) == ALL
    move = parse_move("set augment noise=0.5")
    assert parse_move(str(move)) == move
    for given in ({"preset": "notebook"}, {"model": "torch.nn:ReLU", "inputs": ("2",)}):
        with pytest.raises(OptionError, match="changes images of data such as digits"):
            resolve(**{"augment": ALL, **given})  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="changes images"):
        change(resolve(augment=ALL, loss="mse"), "data", "random")
