"""Functions that the exported script takes along: what is written here stands in the script.

They use torch and the standard library only.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import hashlib
import math
import os
import platform
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Samples:
    """The samples that the session drew, in its order: every epoch shuffled from the seed.

    Of the ``total`` samples to train on, the ``kept`` ones are packed here.
    """

    def __init__(
        self,
        *,
        packed: str,
        total: int,
        kept: int,
        size: tuple[int, int],
        dtype: torch.dtype,
        divisor: float,
        background: float = 0.0,
        seed: int,
    ) -> None:
        raw = bytearray(zlib.decompress(base64.b85decode("".join(packed.split()))))
        numbers = torch.frombuffer(raw, dtype=torch.int32, count=kept)
        self.labels = torch.frombuffer(raw, dtype=torch.int32, count=kept, offset=4 * kept).long()
        pixels = torch.frombuffer(raw, dtype=dtype, offset=8 * kept)
        images = pixels.reshape(kept, 1, *size).float()
        if divisor:
            images = images / divisor - 1
        if size == (28, 28):  # padded, as in LeNet's paper
            images = F.pad(images, (2, 2, 2, 2), value=background)
        elif size != (32, 32):
            images = F.interpolate(images, (32, 32), mode="bilinear", align_corners=False)
        self.images = images
        self.row = {number: row for row, number in enumerate(numbers.tolist())}
        self.total = total
        self.seed, self.epoch = seed, 0
        self.shuffle()

    def shuffle(self) -> None:
        """The order of an epoch, from a generator of its own."""
        generator = torch.Generator().manual_seed((self.seed * 1_000_003 + self.epoch) % 2**63)
        self.order = torch.randperm(self.total, generator=generator).tolist()
        self.offset = 0

    def batch(self, size: int, device: str = "cpu") -> tuple[Tensor, Tensor]:
        """The next images (N, 1, 32, 32) and labels (N,); an epoch's last batch may be smaller.

        ``drawn``: the seed of what changes them at random.
        """
        place = (self.seed * 1_000_003 + self.epoch) * 1_000_003 + self.offset
        self.drawn = (place + 1) % 2**63
        picked = self.order[self.offset : self.offset + size]
        self.offset += size
        if self.offset >= len(self.order):
            self.epoch += 1
            self.shuffle()
        try:
            rows = [self.row[number] for number in picked]
        except KeyError:
            sys.exit(f"torch {torch.__version__} shuffles otherwise than the one recorded")
        return self.images[rows].to(device), self.labels[rows].to(device)


def picture(packed: str, like: Tensor) -> Tensor:
    """The pixels of a drawing (rows, columns), of the dtype and on the device of the input."""
    raw = bytearray(zlib.decompress(base64.b64decode(packed)))
    return torch.frombuffer(raw, dtype=torch.float32).reshape(like.shape[-2:]).to(like)


def deterministic() -> None:
    """The same bits each time on a GPU."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)


def step(optimizer: torch.optim.Optimizer, parameters: list[Tensor]) -> None:
    """``optimizer.step()`` for some of its parameters only."""
    wanted = {id(p) for p in parameters}
    everyone = [(group, group["params"]) for group in optimizer.param_groups]
    for group, all_of_it in everyone:
        group["params"] = [p for p in all_of_it if id(p) in wanted]
    optimizer.step()
    for group, all_of_it in everyone:
        group["params"] = all_of_it


def factor(schedule: str, iteration: int) -> float:
    """What the learning rate of an iteration (from 1) is multiplied by."""
    step = max(iteration - 1, 0)
    for part in schedule.split("+"):
        kind, *numbers = part.split(":")
        count = int(numbers[0]) if numbers else 1
        amount = float(numbers[1]) if numbers[1:] else 0.0
        if kind == "warmup":
            if step < count:
                return (step + 1) / count
            step -= count
        if kind == "step":
            return float(amount ** (step // count))
        if kind == "cosine":
            share = min(step, count) / count
            return amount + (1 - amount) * (1 + math.cos(math.pi * share)) / 2
    return 1.0


def move_state(optimizer: torch.optim.Optimizer, device: str) -> None:
    """The optimizer's own tensors go along to another device."""
    for state in optimizer.state.values():
        for key, value in state.items():
            if isinstance(value, Tensor) and key != "step":
                state[key] = value.to(device)


def raw(tensor: Tensor) -> bytes:
    """The tensor's contiguous bytes; those of a sparse one are of the dense one."""
    dense = tensor.detach() if tensor.layout is torch.strided else tensor.detach().to_dense()
    flat = dense.cpu().contiguous()
    return ctypes.string_at(flat.data_ptr(), flat.numel() * flat.element_size())


def digests(net: nn.Module, loss: Tensor | None) -> dict[str, str]:
    """SHA-256 of every parameter and gradient, of all of them as one state, and the loss."""
    found: dict[str, str] = {}
    state = hashlib.sha256()
    for name, p in net.named_parameters():
        value = hashlib.sha256(raw(p)).hexdigest()
        grad = "None" if p.grad is None else hashlib.sha256(raw(p.grad)).hexdigest()
        found[name], found[f"{name}.grad"] = value, grad
        state.update(f"{name} {value} {grad}\n".encode())
    found["STATE"] = state.hexdigest()
    found["LOSS"] = "None" if loss is None else repr(float(loss.detach().sum()))
    return found


def processor() -> str:
    """The name of this machine's processor, as far as it is told."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} {names[0] if names else platform.processor()}".strip()


def place(device: str) -> dict[str, str]:
    """What bits may differ by, from one place to another."""
    return {
        "torch": torch.__version__,
        "processor": processor(),
        "CPU capability": torch.backends.cpu.get_cpu_capability(),
        "threads": str(torch.get_num_threads()),
        "device": device,
        "GPU": torch.cuda.get_device_name(device) if device.startswith("cuda") else "none",
    }


def compare(found: dict[str, str], recorded: dict[str, str], then: dict[str, str]) -> int:
    """Compare with what was recorded, and where; 0 if all of it came out again, else 1."""
    here = place(then["device"])
    other = [name for name, value in then.items() if here[name] != value]
    for name in other:
        print(f"another {name}: {here[name]} here, {then[name]} when recorded")  # noqa: T201
    wrong = [name for name, value in recorded.items() if found.get(name) != value]
    for name in wrong:
        print(f"differs: {name}: {found.get(name)}, recorded {recorded[name]}")  # noqa: T201
    if wrong and other:
        print(f"bits may honestly differ with another {', '.join(other)}")  # noqa: T201
    print(f"{len(recorded) - len(wrong)} of {len(recorded)} are equal")  # noqa: T201
    return 1 if wrong else 0


def main(
    session: Callable[[], tuple[nn.Module, Tensor | None]],
    devices: tuple[str, ...],
    recorded: dict[str, str],
    then: dict[str, str],
) -> int:
    """Run the session on its ``devices``, print what came out, and compare it if asked to."""
    parser = argparse.ArgumentParser(description="Repeats a recorded training session.")
    parser.add_argument("--verify", action="store_true", help="compare with what was recorded")
    wanted = parser.parse_args().verify
    for device in devices:
        try:
            torch.ones(1, device=device)
        except (RuntimeError, AssertionError) as error:
            print(f"the session used {device}, not here: {error}", file=sys.stderr)  # noqa: T201
            return 2
    found = digests(*session())
    for name, value in found.items():
        print(f"{name:{max(map(len, found))}}  {value}")  # noqa: T201
    return compare(found, recorded, then) if wanted else 0
