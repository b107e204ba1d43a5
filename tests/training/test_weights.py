"""Weights alone go out and come in, in both formats; whatever else a file holds is never run."""

from __future__ import annotations

import json
import os
import pickle
import struct
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import torch

from lenet_tui.export.engine.answers import export
from lenet_tui.export.request import Export
from lenet_tui.history.engine.answers import weights
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine.answers import read_weights
from lenet_tui.training.engine.weights import dump, load
from lenet_tui.training.request import HeldWeight, ReadWeights, Weights
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.export_sessions import ran, shown
from tests.harness.oracle import LeNet

SEQUENTIAL = "tests.harness.models:sequential"


def written(path: Path, model: str = "") -> tuple[Drive, Path]:
    """A session a few iterations on, and its weights in a file."""
    given = {"model": model} if model else {}
    drive = Drive(batch_size=8, **given)
    drive("run 5", "phase")
    path.write_bytes(weights(Weights(path.name), drive.session))
    return drive, path


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_what_goes_out_comes_in_to_the_bit(tmp_path: Path, name: str) -> None:
    drive, path = written(tmp_path / name, SEQUENTIAL)
    other = Drive(batch_size=8, seed=9, model=SEQUENTIAL, weights=str(path))
    ours, theirs = (d.session.navigator.trainer.model.state_dict() for d in (drive, other))
    assert ours.keys() == theirs.keys() and "1.running_mean" in ours
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    other("run 3")
    path.unlink()  # a session that is taken up has them in its keyframes
    before = other.state
    other.again()
    other("back iteration", "finish")
    assert other.state == before


def test_torch_reads_what_was_written_and_we_read_what_torch_wrote(tmp_path: Path) -> None:
    path = written(tmp_path / "w.pt")[1]
    found = torch.load(path, weights_only=True)
    assert list(found) == [name for name, _ in LeNet().named_parameters()]
    net = LeNet()
    net.load_state_dict(found)
    torch.save(net.state_dict(), tmp_path / "again.pt")
    other = Drive(batch_size=8, weights=str(tmp_path / "again.pt"))
    other("finish")
    assert ran(export(Export(), other.session)) == shown(other)
    safe = Drive(weights=str(written(tmp_path / "w.safetensors")[1]))
    with pytest.raises(Rejected, match="safetensors"):
        export(Export(), safe.session)


def test_the_other_format_is_as_it_is_published(tmp_path: Path) -> None:
    """A length of 8 bytes, JSON with offsets into what follows, and the numbers."""
    _, path = written(tmp_path / "w.safetensors")
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0 and header["conv1.bias"]["dtype"] == "F32"
    first, last = header["conv1.bias"]["data_offsets"]
    numbers = torch.frombuffer(bytearray(data[8 + length :][first:last]), dtype=torch.float32)
    assert (
        len(numbers) == 6
        and max(e["data_offsets"][1] for e in header.values()) == len(data) - 8 - length
    )
    reader = pytest.importorskip("safetensors.torch")
    assert torch.equal(reader.load_file(path)["conv1.bias"], numbers)


def zeros(net: LeNet, apart: int = 0) -> dict[str, Any]:
    """A header for all of a net's tensors, with some bytes ``apart``."""
    found, at = {}, 0
    for name, tensor in net.state_dict().items():
        found[name] = entry(list(tensor.shape), [at, at + 4 * tensor.numel()])
        at += 4 * tensor.numel() + apart
    return found


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("EVIL",)


SIZE = 4 * 61_706
"""Bytes of the numbers of LeNet."""


def safe(header: object, content: bytes = b"", twice: str = "") -> bytes:
    """A file with such a header, one name of which may stand ``twice``."""
    text = json.dumps(header).encode()
    if twice:
        assert isinstance(header, dict)
        text = text[:-1] + f',"{twice}":{json.dumps(header[twice])}}}'.encode()
    return struct.pack("<Q", len(text)) + text + content


def entry(shape: list[int], offsets: list[int], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.pt", b""),
        ("w.pt", b"PK\x03\x04" + b"x" * 90),
        ("w.pt", pickle.dumps({"conv1.weight": Evil()})),
        ("w.pt", pickle.dumps(Evil())),
        ("w.pt", safe({})),
        ("w.safetensors", b"\xff" * 64),
        ("w.safetensors", struct.pack("<Q", 2**62) + b"{}"),
        ("w.safetensors", safe([])),
        ("w.safetensors", safe({"conv1.bias": entry([6], [0, 24])})),
        ("w.safetensors", safe({"conv1.bias": entry([6], [0, 25])}, b"x" * 25)),
        ("w.safetensors", safe({"conv1.bias": entry([-6], [0, 24])}, b"x" * 24)),
        ("w.safetensors", safe({"conv1.bias": entry([6], [0, 24], "Q9")}, b"x" * 24)),
        ("w.safetensors", safe({"conv1.bias": entry([2**40, 2**40], [0, 24])}, b"x" * 24)),
        ("w.safetensors", safe(zeros(LeNet()), b"\0" * (SIZE + 1))),
        ("w.safetensors", safe(zeros(LeNet(), apart=4), b"\0" * (SIZE + 40))),
        ("w.safetensors", safe(zeros(LeNet()), b"\0" * SIZE, twice="conv1.bias")),
    ],
)
def test_a_hostile_file_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OptionError) as refused:
        load(LeNet(), str(tmp_path / name))
    assert "\n" not in str(refused.value) and str(refused.value).isprintable()
    assert not (tmp_path / "EVIL").exists()


def test_weights_of_another_model_are_refused_and_nothing_is_loaded(tmp_path: Path) -> None:
    path, net = tmp_path / "w.pt", LeNet()
    before = dump(net, "x.pt")
    good = {name: torch.zeros_like(p) for name, p in net.state_dict().items()}
    less = {name: p for name, p in good.items() if name != "fc3.bias"}
    for found, said in (
        (less, "it has no fc3.bias"),
        (good | {"fc9": torch.zeros(1)}, "the model has no fc9"),
        (good | {"fc3.bias": torch.zeros(11)}, r"\(11,\) float32"),
        (good | {"fc3.bias": torch.zeros(10, dtype=torch.int64)}, "int64"),
        ([torch.zeros(1)], "not a state_dict"),
        ({"model": good, "epoch": 3}, "state_dict is under 'model'"),
        (
            {f"module.{name}": p for name, p in good.items()},
            r"begin with module\., as module\.conv1",
        ),
        ({f"_orig_mod.{name}": p for name, p in good.items()}, r"begin with _orig_mod\."),
        (good | {"fc3.bias": torch.zeros(10, device="meta")}, r"\(10,\) float32 meta"),
        (good | {"fc3.bias": torch.zeros(10).to_sparse()}, "float32 sparse_coo"),
        (good | {"fc3.bias": torch.zeros(10, dtype=torch.complex64)}, "complex64"),
    ):
        torch.save(found, path)
        with pytest.raises(OptionError, match=said):
            load(net, str(path))
        assert dump(net, "x.pt") == before
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OptionError, match="not a file"):
        load(net, str(tmp_path / "pipe"))


def test_a_file_that_is_just_right_is_taken(tmp_path: Path) -> None:
    """So that what is refused above is so for what is wrong with it."""
    path, net = tmp_path / "w.safetensors", LeNet()
    path.write_bytes(safe(zeros(net), b"\0" * SIZE))
    load(net, str(path))
    assert not any(p.any() for p in net.parameters())


def test_the_command_writes_and_takes_them(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    done = run_here("export", "--iterations", "3", "--save-weights", str(file))
    assert done.returncode == 0 and not done.stdout and str(file) in done.stderr
    again = run_here("export", "--iterations", "3", "--save-weights", str(file))
    assert again.returncode == 2 and "exists" in again.stderr
    assert run_here("export").returncode == 2
    got = run_here("trace", "--weights", str(file), "--format", "jsonl", "--iterations", "1")
    config = json.loads(got.stdout.splitlines()[0])
    assert got.returncode == 0 and config["weights"] == str(file)
    file.write_bytes(file.read_bytes()[:-4])
    bad = run_here("trace", "--weights", str(file))
    assert bad.returncode == 2 and bad.stderr.count("\n") == 1


def test_a_flipped_bit_is_refused_where_the_file_has_checksums(tmp_path: Path) -> None:
    """What torch itself takes: it does not compare the sums that it writes."""
    path, net = tmp_path / "w.pt", LeNet()
    torch.save(net.state_dict(), path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 0x40
    path.write_bytes(content)
    changed = torch.load(path, weights_only=True)
    assert any(not torch.equal(changed[n], t) for n, t in net.state_dict().items())
    with pytest.raises(OptionError, match="damaged"):
        load(LeNet(), str(path))
    with pytest.raises(Rejected, match="damaged"):
        read_weights(ReadWeights(str(path)), None)


def test_a_file_that_torch_saved_without_checksums_is_taken(tmp_path: Path) -> None:
    path, net = tmp_path / "w.pt", LeNet()
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(net.state_dict(), path)
    finally:
        torch.serialization.set_crc32_options(True)
    other = LeNet()
    load(other, str(path))
    assert torch.equal(other.state_dict()["fc3.bias"], net.state_dict()["fc3.bias"])


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_what_a_file_of_weights_holds_is_said_without_a_model(tmp_path: Path, name: str) -> None:
    held = read_weights(ReadWeights(str(written(tmp_path / name)[1])), None)
    first = HeldWeight("conv1.weight", "float32", (6, 1, 5, 5))
    assert held.weights[0] == first and len(held.weights) == 10
    with pytest.raises(Rejected, match="no such file"):
        read_weights(ReadWeights(str(tmp_path / "none.pt")), None)


def test_what_a_checkpoint_of_one_s_own_holds_and_lacks(tmp_path: Path) -> None:
    net, path = LeNet(), tmp_path / "c.pt"
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    net(torch.randn(1, 1, 32, 32)).sum().backward()
    optimizer.step()
    states = {"optimizers": [optimizer.state_dict()], "rng": torch.get_rng_state()}
    torch.save({"net": net.state_dict(), "epoch": 3, "loop": states}, path)
    held = read_weights(ReadWeights(str(path)), None)
    assert [(part.name, part.kind) for part in held.parts] == [
        ("net", "weights"),
        ("epoch", "value"),
        ("loop.optimizers.0", "optimizer"),
        ("loop.rng", "generator"),
    ]
    assert dict(held.parts[0].facts) == {"tensors": 10, "elements": 61706, "dtypes": "float32"}
    moments = dict(held.parts[2].facts)
    assert (moments["states"], moments["step"], moments["lr"]) == (10, 1, "0.01")
    assert held.lacks == ("scheduler", "scaler")

    torch.save({"net": net.state_dict(), "args": Namespace(lr=1)}, path)
    with pytest.raises(Rejected, match=r"argparse\.Namespace"):
        read_weights(ReadWeights(str(path)), None)
    torch.save({"epoch": 3}, path)
    with pytest.raises(Rejected, match="state_dict"):
        read_weights(ReadWeights(str(path)), None)


@pytest.mark.slow
def test_the_command_shows_weights_and_refuses_others_in_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "w.safetensors")[1]
    shown_ = run_here("info", str(path), "--lang", "en")
    said = " ".join(shown_.stdout.split())
    assert shown_.returncode == 0 and "fc1.weight float32 120×400 48,000" in said
    assert "all 61,706" in said
    path.write_bytes(path.read_bytes()[:-1])
    refused = run_here("info", str(path))
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    assert "holds no weights" in refused.stderr
