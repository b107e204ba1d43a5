"""A tensor that was written after an op had saved it for backward."""

from __future__ import annotations

import re
from collections.abc import Iterable

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.graph import WRITTEN
from lenet_tui.findings.engine.detectors.raised import failed_call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.nodes import edges, sequence
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.in_place import storage

VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")

SHAPE = re.compile(r"Tensor \[([\d, ]*)\]")


class InPlaceDetector(Detector):
    """Explains torch's error: who saved the tensor, and who wrote it."""

    def __init__(self) -> None:
        self._updates: dict[str, str] = {}
        """The line of the last update of each parameter."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for segment in iteration.tape.segments:
            for entry in segment.updates:
                self._updates[entry.name] = iteration.phase_line(segment)
        error = iteration.error
        if error is None or WRITTEN not in str(error):
            return
        found = VERSIONS.search(str(error))
        failed = failed_call(iteration)
        root = node_of(failed.read[0][0]) if failed is not None and failed.read else None
        evidence: dict[str, object] = {"backward": failed.line if failed is not None else ""}
        where = line = phase = ""
        if found is not None:
            evidence |= {"version": int(found[1]), "saved_version": int(found[2])}
        node = _spoilt(root, str(error)) if root is not None else None
        older = node is not None and (sequence(node) or 0) < iteration.sequence
        saver = None
        if node is not None and root is not None and not older:
            saver = _maker(iteration, node, root)
        evidence |= {"saved_by": "", "saved_line": "", "written_by": "", "node": ""}
        if node is not None:
            evidence["node"] = node.name()
        if saver is not None and found is not None:
            evidence |= {"saved_by": saver.where, "saved_line": saver.line}
            where, line, phase = saver.where, saver.line, iteration.phase_of(saver.entry)
            tensor = _saved(saver, int(found[1]), int(found[2]))
            if tensor is not None:
                evidence["shape"] = list(tensor.shape)
                writer = _writer(iteration, saver, tensor, int(found[2]))
                name = iteration.trainer.names.get(id(tensor), "")
                if writer is not None and writer.name == "setitem":
                    evidence["reason"] = "assigned"
                if writer is not None:
                    evidence |= {"written_by": writer.where, "written_op": writer.name}
                    where = writer.where if writer.entry is not None else saver.where
                    line = writer.line
                    phase = iteration.phase_of(writer.entry) or phase
                elif name:
                    evidence |= {"written_by": name, "written_op": "step", "reason": "update"}
                    where, line, phase = name, _update_line(iteration, name), "update"
        updated = self._updated(iteration, str(error)) if older else ""
        if updated:
            evidence |= {"written_by": updated, "written_op": "step", "reason": "earlier"}
            where, line, phase = updated, self._updates[updated], "update"
        if not evidence["written_by"]:
            evidence["reason"] = "unknown"
        yield Finding("inplace-overwrite", phase or BACKWARD.name, where, line, evidence)

    def _updated(self, iteration: Iteration, message: str) -> str:
        """The one parameter of the shape and the version that the message has; empty: unclear."""
        version, shape = VERSIONS.search(message), SHAPE.search(message)
        if version is None or shape is None:
            return ""
        sides = [int(side) for side in shape[1].split(",") if side.strip()]
        found = [
            name
            for name, p in iteration.trainer.parameters.items()
            if list(p.shape) in (sides, sides[::-1])
            and p._version == int(version[1])
            and name in self._updates
        ]
        return found[0] if len(found) == 1 else ""


def _spoilt(root: Node, message: str) -> Node | None:
    """The node whose saved tensor was written, as torch's message has it."""
    wanted = VERSIONS.search(message)
    spoilt: Node | None = None
    for _, node in edges(root):
        names = [name for name in dir(node) if name.startswith("_saved_")]
        for name in [*names, "saved_tensors"]:
            try:
                getattr(node, name, None)
            except RuntimeError as error:
                if WRITTEN not in str(error):
                    continue
                same = VERSIONS.search(str(error))
                if wanted is not None and same is not None and same.groups() == wanted.groups():
                    return node
                spoilt = spoilt or node
    return spoilt


def _maker(iteration: Iteration, node: Node, root: Node) -> Call | None:
    """The call that a node is of; one inside a call leads to it by the nodes after it."""
    parents = {n: parent for parent, n in edges(root)}
    made = {node_of(t): call for call in iteration.calls for t in call.made}
    made |= {c.entry.node: c for c in iteration.calls if c.entry is not None and c.entry.node}
    at: Node | None = node
    while at is not None:
        if at in made:
            return made[at]
        at = parents.get(at)
    return None


def _saved(call: Call, version: int, expected: int) -> Tensor | None:
    """Of what a call was given and made, the tensor that is at the version now."""
    candidates = [(t, v) for t, v in call.read] + [(t, expected) for t in call.made]
    at = [t for t, v in candidates if t._version == version and v == expected]
    return at[0] if at else next((t for t, _ in candidates if t._version == version), None)


def _writer(iteration: Iteration, saver: Call, tensor: Tensor, expected: int) -> Call | None:
    """The first call after ``saver`` that wrote the tensor's memory."""
    place, after = storage(tensor), False
    for call in iteration.calls:
        if call is saver:
            after = True
            if not any(t is tensor for t in call.made):
                continue
        if after and any(storage(t) == place and v > expected for t, v in call.written):
            return call
    return None


def _update_line(iteration: Iteration, name: str) -> str:
    for segment in iteration.tape.segments:
        if any(entry.name == name for entry in segment.updates):
            return iteration.phase_line(segment)
    return ""
