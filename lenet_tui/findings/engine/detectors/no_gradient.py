"""Findings of parameters that no gradient reaches, made of what was seen of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lenet_tui.findings.engine.cancelled import Cancelled
from lenet_tui.findings.engine.data_flow import Cut
from lenet_tui.findings.engine.zero_inputs import Fed
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD

NEW = ("tensor", "as_tensor")
"""Functions that make a tensor of numbers."""


def together(cuts: Iterable[Cut]) -> list[Cut]:
    """The cuts, with those of a phase that runs without gradients as its first one."""
    first: dict[object, Cut] = {}
    for cut in cuts:
        alone = cut.graph or cut.leaves
        key = (cut.where, cut.line, cut.op, cut.parameters) if alone else cut.phase
        known = first.get(key)
        names = (*known.parameters, *cut.parameters) if known is not None else cut.parameters
        first[key] = replace(known or cut, parameters=names)
    return list(first.values())


def of_cut(cut: Cut, names: list[str], nothing: bool = False) -> Finding:
    """``nothing``: no parameter has a gradient, so that backward raised or nothing is learnt."""
    level, reason = "", ""
    if cut.op in NEW and not cut.leaves and cut.graph:
        reason = "values"
    elif cut.leaves:
        level, reason = WARNING, "leaves"
    elif not cut.graph:
        level, reason = "" if nothing else NOTE, "no_grad"
    evidence = {"op": cut.op, "parameters": names, "count": len(names)}
    if reason:
        evidence["reason"] = reason
    return Finding("graph-cut", cut.phase or FORWARD.name, cut.where, cut.line, evidence, level)


def of_none(reason: str, names: list[str], level: str, **more: str) -> Finding:
    """Of parameters that were given none, or zeros, for this reason."""
    evidence = {"parameters": names, "count": len(names), "reason": reason, **more}
    return Finding("no-gradient", BACKWARD.name, names[0], "", evidence, level)


def of_sides(at: Cancelled, names: list[str]) -> Finding:
    """Of parameters whose shares by two equal sides of an op come to nothing."""
    evidence = {"parameters": names, "count": len(names), "reason": "sides", "op": at.op,
                "shape": list(at.shape)}  # fmt: skip
    return Finding("no-gradient", at.phase, at.where, at.line, evidence)


def of_zeros(weights: Mapping[str, str], names: list[str]) -> Finding:
    """Of weights that are 0, by name with their ops, and of all that they keep without one."""
    evidence = {"parameters": names, "count": len(names), "reason": "stuck", "zeros": [*weights],
                "layers": sorted({*weights.values()})}  # fmt: skip
    return Finding("no-gradient", BACKWARD.name, next(iter(weights)), "", evidence)


def of_input(fed: Fed, name: str, level: str) -> Finding:
    """Of a weight whose layer is given zeros alone."""
    evidence = {"parameters": [name], "count": 1, "reason": "input", "layer": fed.layer}
    if fed.made_by:
        evidence["made_by"] = fed.made_by
    return Finding("no-gradient", FORWARD.name, fed.layer, fed.line, evidence, level)
