"""The same words where one thing is counted; Chinese has no other form for it."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_tui.text.notice import Table

_ENGLISH = {
    "param-not-registered.nowhere.title": (
        "{count} parameter takes part and is in no named_parameters(), and no name leads to it"
    ),
    "param-not-registered.anew.title": (
        "{count} parameter is made anew in each iteration: it is never trained"
    ),
    "param-not-in-optimizer.title": (
        "{count} parameter has a gradient and is in no group of the optimizer: {parameters}"
    ),
    "param-not-registered.anew.why": (
        "Its layer is made where it is called, inside of forward: each call begins with new "
        "initial weights, which no optimizer holds and no state_dict() saves."
    ),
    "param-not-in-optimizer.why": (
        "Its gradient reaches a norm of {norm} and no update reads it: it keeps its "
        "initial value. The optimizer holds {held} tensors."
    ),
    "param-not-in-optimizer.fix": (
        "Make the optimizer after the model is complete, from all of model.parameters(), or add "
        "it with add_param_group."
    ),
    "optimizer-stale.title": "{optimizer} holds {count} tensor that no model has: shape {shapes}",
    "optimizer-stale.why": (
        "It took part in no op of these iterations: a layer was replaced after the optimizer was "
        "made, and the one that came in its place is not trained."
    ),
    "double-backward.kept.title": (
        "Two backwards over one graph gave {count} parameter the same gradient"
    ),
    "no-gradient.title": "{count} parameter had no gradient in any iteration: {parameters}",
    "no-gradient.why": "Its values go into the loss, yet no backward reached it.",
    "no-gradient.fix": "Look at the ops between it and the loss.",
    "no-gradient.unused.title": "{count} parameter took part in no op: {parameters}",
    "no-gradient.unused.why": (
        "Its layer was never called in these iterations: it may be a branch that was not taken, "
        "or a layer that forward forgets."
    ),
    "no-gradient.unread.title": (
        "{count} parameter is computed with, and nothing of it reaches the loss: {parameters}"
    ),
    "no-gradient.unread.why": "What its layer returned is read by no op on the way to the loss.",
    "no-gradient.zero.title": (
        "{count} parameter had a gradient of zeros alone in every iteration: {parameters}"
    ),
    "no-gradient.zero.why": (
        "The gradient that reached it was zero already; it became so at {died_at}. The parameter "
        "can never move."
    ),
    "no-gradient.stuck.title": (
        "Weights that begin as zeros stay so: {zeros}; {count} parameter had gradient 0"
    ),
    "no-gradient.stuck.why": (
        "What such a layer makes is the same for each input, a ReLU lets no gradient through at 0,"
        " and a gradient times a weight of 0 is 0: in no iteration did a gradient reach it."
    ),
    "no-gradient.steps.title": (
        "{count} parameter had gradient 0, as {died_at} is flat between its steps: {parameters}"
    ),
    "frozen-but-moves.in_name.title": (
        "{modules} was given requires_grad = False, and {count} parameter in it is trained:"
        " {parameters}"
    ),
    "graph-cut.title": "The graph ends at {op}: {count} parameter has no gradient: {parameters}",
    "graph-cut.fix": (
        "Leave out the {op}, or compute with an op that has a gradient; if it is meant, freeze "
        "this parameter."
    ),
    "graph-cut.values.title": (
        "torch.{op}(…) makes a new tensor of the numbers alone: {count} parameter has no gradient: "
        "{parameters}"
    ),
    "graph-cut.leaves.title": (
        "Numbers leave torch at {op}: {count} parameter has no gradient: {parameters}"
    ),
    "graph-cut.leaves.why": (
        "A plain number or an array has no graph; no other way leads from this parameter to the "
        "loss."
    ),
    "graph-cut.no_grad.title": (
        "{count} trainable parameter is used only without gradients: {parameters}"
    ),
    "graph-cut.no_grad.fix": (
        "If it is meant, freeze it: requires_grad_(False); else leave torch.no_grad()."
    ),
    "frozen-but-moves.title": (
        "{count} parameter with requires_grad=False moved in an update: {parameters}"
    ),
    "frozen-but-moves.why": (
        "{optimizer} still has a gradient of it from before; with that, weight decay "
        "{weight_decay} and momentum {momentum} move it by {moved}."
    ),
    "frozen-but-moves.fix": "Set its .grad to None, or leave it out of the optimizer.",
    "frozen-but-moves.buffers.title": "{count} buffer of a frozen module changed: {buffers}",
    "frozen-but-moves.buffers.why": (
        "requires_grad=False does not stop batch statistics: in train mode this one follows each "
        "batch (here by {moved}), and eval gives other results than before."
    ),
    "frozen-but-moves.buffers.fix": (
        "Put the frozen module into eval mode after each model.train()."
    ),
    "weights-set-back.title": (
        "{count} of {of} parameters is set back before each update: {parameters}"
    ),
    "weights-set-back.anew.title": (
        "{count} of {of} parameters is drawn anew before each update: {parameters}"
    ),
    "clip-to-zero.title": "Clipping sets {count} gradient to zero in every iteration",
    "clip-to-zero.turned.title": (
        "Clipping multiplies {count} gradient by {factor}: it points the other way"
    ),
    "clip-to-zero.one.title": "Clipping makes every number of {count} gradient {value}",
    "clip-to-zero.one.why": (
        "It went from {lowest} to {highest}. clip_grad_value_ with a limit below 0 asks for"
        " numbers above its upper end, and all become the same: no update knows of the loss."
    ),
    "clip-to-zero.one_by_hand.title": (
        "Every number of {count} gradient is {value} where the update reads it"
    ),
    "clip-to-zero.one_by_hand.why": (
        "Backward gave numbers from {lowest} to {highest}; what wrote it afterwards left one"
        " number in place of all, so that no update knows of the loss."
    ),
    "clip-to-zero.one_hook.title": ("The hook {by} makes every number of {count} gradient {value}"),
    "grad-accumulates.title": (
        "The gradient of {count} parameter was added to that of the step before"
    ),
}


def singular(texts: Table) -> Table:
    """The entries ``KEY.one`` of these texts, which are read where ``count`` is 1."""
    found: Mapping[str, str] = {f"findings.{key}": text for key, text in _ENGLISH.items()}
    return {f"{key}.one": (text, texts[key][1]) for key, text in found.items()}
