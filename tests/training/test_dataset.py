"""Where batches come from: the shipped digits, files good and bad, devices."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.messages import Remark
from lenet_tui.protocol.options import OptionError, resolve
from lenet_tui.training.engine import dataset, devices, raw_images
from lenet_tui.training.engine.dataset import DataState, next_batch
from lenet_tui.training.engine.images import Part
from tests.harness.commands import run_here
from tests.harness.driving import Drive, Hooks, LocalStore
from tests.harness.oracle import digits, digits_order


def whole(part: Part) -> tuple[torch.Tensor, torch.Tensor]:
    return part.batch(torch.arange(len(part)))


def test_the_digits_are_what_they_are_said_to_be() -> None:
    images, labels = digits()
    assert images.shape == (1797, 1, 32, 32)
    assert images.dtype == torch.float32
    assert [x.item() for x in torch.aminmax(images)] == [-1, 1]
    assert torch.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    ours, fifth = dataset.load("digits"), torch.arange(1797) % 5 == 0
    for part, wanted in (ours.train, ~fifth), (ours.test, fifth):
        inputs, targets = whole(part)
        assert torch.equal(inputs, images[wanted])
        assert torch.equal(targets, labels[wanted])
    assert (len(ours.train), len(ours.test)) == (1437, 360)
    assert dataset.held_out(resolve()) is ours.test
    assert dataset.held_out(resolve("notebook")) is None


def batches(count: int, **given: Any) -> list[tuple[torch.Tensor, torch.Tensor]]:
    state, options = DataState(), resolve("digits", **given)
    return [next_batch(state, options) for _ in range(count)]


@pytest.mark.parametrize("seed", [0, 3, 2**63 - 1])
def test_every_epoch_has_each_training_image_once_in_an_order_of_its_own(seed: int) -> None:
    taken = batches(2 * 15, batch_size=100, seed=seed)
    assert [len(labels) for _, labels in taken] == ([100] * 14 + [37]) * 2
    images = torch.cat([i for i, _ in taken])
    train = whole(dataset.load("digits").train)[0]
    for epoch in (0, 1):
        epoch_images = images[1437 * epoch : 1437 * (epoch + 1)]
        assert _multiset(epoch_images) == _multiset(train)
        if seed < 2**32:
            expected = digits()[0][digits_order(seed, epoch)]
            assert torch.equal(epoch_images, expected)
    assert not torch.equal(images[:1437], images[1437:])


def test_a_batch_begins_where_the_last_one_ended_whatever_their_sizes() -> None:
    expected = digits()[0][digits_order(0, 0)]
    one_by_one = torch.cat([images for images, _ in batches(1437, batch_size=1)])
    assert torch.equal(one_by_one, expected)
    state, taken = DataState(), []
    for size in (5, 16, 16, 1, 7, 64, 3, 300, 11, 16, 1000):
        images, labels = next_batch(state, resolve("digits", batch_size=size))
        assert len(images) == len(labels)
        taken.append(images)
    assert torch.equal(torch.cat(taken), expected)
    assert (state.epoch, state.offset) == (1, 0)


def _multiset(images: torch.Tensor) -> list[bytes]:
    return sorted(image.numpy().tobytes() for image in images)


def test_seeds_have_orders_of_their_own_and_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    orders = [batches(1, batch_size=20, seed=seed)[0][1].tolist() for seed in range(5)]
    assert len({tuple(o) for o in orders}) == 5
    assert torch.equal(before, torch.get_rng_state())


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    assert [len(labels) for _, labels in batches(2, batch_size=5000)] == [1437, 1437]


def file(path: Path, **arrays: Any) -> str:
    np.savez_compressed(path / "images.npz", **arrays)
    return str(path / "images.npz")


@pytest.mark.parametrize("shape", [(20, 8, 8), (20, 1, 28, 28), (20, 32, 32), (2, 1, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int16"])
def test_a_file_of_images(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape)
    labels = np.arange(shape[0], dtype="uint8") % 10
    loaded = dataset.load(file(tmp_path, images=pixels.astype(dtype), labels=labels))
    images, numbers = whole(loaded.train)
    assert images.shape == (shape[0] - -(-shape[0] // 5), 1, 32, 32)
    assert numbers.dtype == torch.int64
    if dtype == "uint8":
        assert images.min() >= -1 and images.max() <= 1
    if shape[-1] == 32 and dtype == "float32":
        assert torch.equal(images[:4, 0], torch.tensor(pixels[1:5], dtype=torch.float32))
    dataset.load.cache_clear()


def test_training_on_a_file(tmp_path: Path) -> None:
    path = file(tmp_path, images=np.zeros((20, 8, 8)), labels=np.arange(20) % 10)
    drive = Drive(data=path, batch_size=7)
    sizes = []
    for _ in range(4):
        drive("finish")
        assert drive.session.navigator.tape.batch
        sizes.append(len(drive.session.navigator.tape.batch.named["input"]))
    assert sizes == [7, 7, 2, 7]
    drive("set data digits", "finish", "back iteration", "back iteration", "finish")


class Pickled:
    """Whoever unpickles this has been had."""

    def __reduce__(self) -> Any:
        return os.abort, ()


IMAGES, LABELS = np.zeros((4, 8, 8), "uint8"), np.arange(4)
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "pickled": (
        {"images": np.array([Pickled()] * 4), "labels": LABELS},
        "pickled objects, which are never",
    ),
    "pickled labels": (
        {"images": IMAGES, "labels": np.array([Pickled()] * 4)},
        "pickled objects, which are never",
    ),
    "no images": (
        {"pictures": IMAGES, "labels": LABELS},
        "'images', but pictures, labels",
    ),
    "no labels": ({"images": IMAGES}, "labels"),
    "flat": ({"images": IMAGES.reshape(4, 64), "labels": LABELS}, "images has the shape (4, 64)"),
    "colours": ({"images": np.zeros((4, 3, 8, 8)), "labels": LABELS}, "shape (4, 3, 8, 8)"),
    "empty": ({"images": np.zeros((0, 8, 8)), "labels": np.arange(0)}, "shape (0, 8, 8)"),
    "no pixels": ({"images": np.zeros((4, 0, 8)), "labels": LABELS}, "shape (4, 0, 8)"),
    "one image": ({"images": IMAGES[:1], "labels": LABELS[:1]}, "has one image, and at least 2"),
    "fewer labels": ({"images": IMAGES, "labels": LABELS[:3]}, "labels of shape (3,), not (4,)"),
    "one class": ({"images": IMAGES, "labels": LABELS * 0 + 7}, "of one class, 7: there is"),
    "label -1": ({"images": IMAGES, "labels": LABELS - 1}, "-1 to 2"),
    "complex": (
        {"images": IMAGES + 1j, "labels": LABELS},
        "complex128, not of an integer or float",
    ),
    "text": (
        {"images": np.full((4, 8, 8), "x"), "labels": LABELS},
        "not of an integer or float type",
    ),
}


def refused(source: str) -> str:
    """The one line that says why a file cannot be used."""
    with pytest.raises(OptionError) as caught:
        Session(resolve("digits", device="cpu", data=source), LocalStore(), Hooks())
    line = str(caught.value)
    assert line.isprintable(), line
    assert line.count("cannot be used") == 1
    for works in ("(N, H, W)", "(N,)", "IDX"):
        assert works in line
    return line


@pytest.mark.parametrize("name", BAD)
def test_arrays_that_are_no_images(tmp_path: Path, name: str) -> None:
    arrays, why = BAD[name]
    assert why in refused(file(tmp_path, **arrays))


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "no such file" in refused(str(tmp_path / "absent.npz"))
    assert "it is an empty folder" in refused(str(tmp_path))
    assert refused("")
    assert refused("a\0b")
    assert "\\x1b" in refused("\x1b[31mred\n.npz")
    assert refused("/dev/null")
    (tmp_path / "notes.txt").write_text("images, labels\n1, 2\n")
    assert "not an .npz file" in refused(str(tmp_path / "notes.txt"))
    np.save(tmp_path / "one.npy", IMAGES)
    assert "not an .npz file" in refused(str(tmp_path / "one.npy"))
    os.mkfifo(tmp_path / "pipe")
    assert "not an .npz file" in refused(str(tmp_path / "pipe"))


def test_images_of_another_size_are_resized_and_that_is_said(tmp_path: Path) -> None:
    wide = file(tmp_path, images=np.zeros((4, 14, 28), "uint8"), labels=LABELS)
    said = f"the images of {wide} are 14×28: each is resized to 32×32 (bilinear)"
    drive = Drive(data=wide)
    assert [str(r.notice) for r in drive.hooks.sent if isinstance(r, Remark)] == [said]
    drive("finish", "set data digits", "finish", "set lr 0.1", f"set data {wide}")
    assert [str(r.notice) for r in drive.hooks.sent if isinstance(r, Remark)] == [said] * 2
    done = run_here("trace", "--data", wide, "--iterations", "0", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, f"lenet-tui: {said}\n")
    (tmp_path / "own").mkdir()
    own = file(tmp_path / "own", images=np.zeros((4, 32, 32), "uint8"), labels=LABELS)
    assert not Drive(data=own).hooks.sent


def test_a_file_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_images, "MAX_BYTES", 2**20)
    path = file(tmp_path, images=np.zeros((2000, 32, 32), "uint8"), labels=np.zeros(2000, int))
    assert Path(path).stat().st_size < 2**16
    assert "unpacks to over 1 MB" in refused(path)


def test_damaged_files_are_refused_in_a_line(tmp_path: Path) -> None:
    """Every byte of a small file in turn; some changes do no harm."""
    whole = io.BytesIO()
    np.savez_compressed(whole, images=IMAGES, labels=LABELS)
    path = tmp_path / "damaged.npz"
    kinds = set()
    for place in range(len(whole.getvalue())):
        damaged = bytearray(whole.getvalue())
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        dataset.load.cache_clear()
        try:
            dataset.load(str(path))
        except OptionError as error:
            assert "\n" not in str(error)
            kinds.add(str(error).split(":")[1])
    assert len(kinds) > 5
    dataset.load.cache_clear()


def described(shape: str) -> str:
    return f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (described(f"({2**40}, 8, 8)"), "unpacks to over 512 MB"),
        (described("(1000, 8, 8)"), "promises 64128 bytes"),
        (described("(-4, 8, 8)"), "images does not begin with the header of an array"),
        ("(" * 58 + ")" * 58, "images does not begin with the header of an array"),
        (described("(4, 8, 8)").replace("|u1", "|O"), "pickled objects, which are never loaded"),
    ],
)
def test_a_header_that_claims_what_there_is_not(tmp_path: Path, text: str, said: str) -> None:
    header = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + f"{text:117}\n".encode()
    with zipfile.ZipFile(tmp_path / "claims.npz", "w") as archive:
        archive.writestr("images.npy", header)
        archive.writestr("labels.npy", header)
    assert said in refused(str(tmp_path / "claims.npz"))


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    source = Path(file(tmp_path, images=IMAGES, labels=LABELS))
    source.write_bytes(source.read_bytes()[:-200])
    assert "its end is missing: it is cut off" in refused(str(source))


def test_members_that_are_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("images.npy", b"no array")
        archive.writestr("labels.npy", b"")
    assert "images is not an array" in refused(str(path))


# Devices


def test_devices_by_name() -> None:
    assert devices.resolve("cpu") == torch.device("cpu")
    assert not devices.probe("cpu")
    here = {d.name: d for d in devices.list_devices()}
    assert not here["cpu"].problem
    assert here["cpu"].title
    assert devices.resolve("auto").type in {n.partition(":")[0] for n in here}
    for device in here.values():
        assert "\n" not in str(device.problem)
        assert device.problem or device.total is None or device.total > 2**28


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", "cuda:", "cuda:-1", "cpu:0", "mps:0", "CPU"])
def test_devices_that_are_no_devices(name: str) -> None:
    with pytest.raises(OptionError, match=r"is unknown: auto, cpu, cuda, cuda:N or mps$"):
        devices.resolve(name)


@pytest.mark.parametrize("name", ["cuda:77", "cuda:1000000000000", "cuda", "mps"])
def test_devices_that_are_not_here(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if ":" not in name:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(OptionError, match=r"^device \S+ is not available: .+; usable here: .*cpu"):
        devices.resolve(name)


def test_a_device_that_is_there_by_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch says that there is a GPU; the allocation tells."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    if not torch.version.cuda:
        problem = {d.name: d.problem for d in devices.list_devices()}["cuda:0"]
        assert problem and "\n" not in str(problem)
        assert devices.resolve("auto") == torch.device("cpu")
