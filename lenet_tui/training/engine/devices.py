"""Which devices exist here, found out by allocating: a name alone proves nothing."""

from __future__ import annotations

import platform
from pathlib import Path

import torch

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.options import OptionError
from lenet_tui.text.notice import Notice, notice, verbatim

KINDS = ("cpu", "cuda", "mps")


def resolve(name: str) -> torch.device:
    """The device that ``name`` (``auto``, ``cpu``, ``cuda``, ``cuda:N``, ``mps``) means here.

    Raises ``OptionError`` with the reason and what would work if it is unknown or not here.
    """
    if name == "auto":
        return next(torch.device(d.name) for d in reversed(list_devices()) if not d.problem)
    kind, _, number = name.partition(":")
    if kind not in KINDS or (":" in name and not (kind == "cuda" and number.isdecimal())):
        raise OptionError("training:unknown-device", name=name)
    problem = probe(name)
    if problem:
        usable = ", ".join(d.name for d in list_devices() if not d.problem)
        raise OptionError("training:absent-device", name=name, problem=problem, usable=usable)
    return torch.device(name)


def probe(name: str) -> Notice | None:
    """Why ``name`` cannot be used here, in a line; ``None`` if an allocation on it succeeds."""
    kind = name.partition(":")[0]
    if kind == "cuda" and not torch.cuda.is_available():
        built = torch.version.cuda
        return notice("training:no-cuda-gpu" if built else "training:built-without-cuda")
    if kind == "mps" and not torch.backends.mps.is_available():
        built_mps = torch.backends.mps.is_built()
        return notice("training:no-metal-gpu" if built_mps else "training:built-without-mps")
    try:
        torch.ones(1, device=name).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return verbatim(str(error).partition("\n")[0] or type(error).__name__)
    return None


def list_devices() -> tuple[Device, ...]:
    """Every device of this machine, and those that are not, with the reason."""
    devices = [describe(torch.device("cpu"))]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = [f"cuda:{n}" for n in range(count)] or ["cuda"]
    for name in ["mps", *reversed(names)]:
        problem = probe(name)
        if problem:
            devices.append(Device(name, name.upper(), problem=problem))
        else:
            devices.append(describe(torch.device(name)))
    return tuple(devices)


def describe(device: torch.device) -> Device:
    """A usable device's title and memory in bytes."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return Device(str(device), torch.cuda.get_device_name(device), free, total)
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return Device(
            "mps", "Apple GPU (Metal)", total - torch.mps.driver_allocated_memory(), total
        )
    free_bytes, total_bytes = _host_memory()
    return Device("cpu", platform.processor() or platform.machine(), free_bytes, total_bytes)


def _host_memory() -> tuple[int | None, int | None]:
    """Available and total bytes of main memory, where the system tells."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None, None
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if ":" in line}
    return sizes.get("MemAvailable"), sizes.get("MemTotal")
