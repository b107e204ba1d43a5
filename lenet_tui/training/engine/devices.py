"""Finds the devices of this machine by allocating on each: a name alone proves nothing."""

from __future__ import annotations

import contextlib
import platform
import threading
from pathlib import Path

import torch
import torch.nn.functional as F

from lenet_tui.protocol.frame import Device
from lenet_tui.protocol.options import AUTO, OptionError
from lenet_tui.text.notice import Notice, notice, verbatim

KINDS = ("cpu", "cuda", "mps")
FAILURES = (RuntimeError, AssertionError, NotImplementedError)
"""What torch raises where a device is not usable."""
_WARM: set[torch.device] = set()


def resolve(name: str) -> torch.device:
    """The device that ``name`` (``auto``, ``cpu``, ``cuda``, ``cuda:N``, ``mps``) means here.

    Raises ``OptionError`` with the reason and what would work if it is unknown or not here.
    """
    if name == AUTO:
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
    except FAILURES as error:
        return verbatim(str(error).partition("\n")[0] or type(error).__name__)
    return None


def starts_cuda(name: str) -> bool:
    """Whether CUDA has to be started before ``name`` can be used; that takes seconds."""
    wanted = name.startswith((AUTO, "cuda")) and torch.cuda.is_available()
    return wanted and not torch.cuda.is_initialized()  # type: ignore[no-untyped-call]


def warm_up(device: torch.device) -> None:
    """Have a GPU load what a first iteration needs, while the person reads the first picture.

    On a thread, once in a process. A CPU has nothing to load.
    """
    if device.type == "cuda" and device not in _WARM:
        _WARM.add(device)
        thread = threading.Thread(target=small_step, args=(device,), name="warm-up", daemon=True)
        thread.start()


def synchronise(device: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def small_step(device: torch.device) -> None:
    """Train something small: only constants, so that no generator is used."""
    with contextlib.suppress(*FAILURES):  # the session meets the same, and says so
        image = torch.ones(1, 1, 32, 32, device=device)
        shapes = (6, 1, 5, 5), (6,), (10, 6 * 14 * 14), (10,)
        parameters = [torch.full(s, 0.01, device=device, requires_grad=True) for s in shapes]
        kernels, bias, weight, last = parameters
        pooled = F.max_pool2d(F.relu(F.conv2d(image, kernels, bias)), 2)
        output = F.linear(pooled.flatten(1), weight, last)
        target = torch.zeros(1, dtype=torch.long, device=device)
        (F.cross_entropy(output, target) + F.mse_loss(output, torch.ones_like(output))).backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad * 0.01)  # type: ignore[operator]
        parameters[0].detach().sum().item()  # waits for the device


def list_devices() -> tuple[Device, ...]:
    """Every device of this machine, and the missing kinds, each with the reason."""
    devices = [describe(torch.device("cpu"))]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = [f"cuda:{n}" for n in range(count)] or ["cuda"]
    for name in ["mps", *reversed(names)]:
        problem = probe(name)
        missing = Device(name, name.upper(), problem=problem)
        devices.append(missing if problem else describe(torch.device(name)))
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
    """Available and total bytes of main memory, where the system reports them."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None, None
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if ":" in line}
    return sizes.get("MemAvailable"), sizes.get("MemTotal")
