"""A new node of autograd, in whatever mode the script is."""

from __future__ import annotations

import torch
from torch.autograd.graph import Node


def new_node() -> Node:
    """The node of an op on a leaf, also where the script wants no gradients, or inference alone."""
    with torch.inference_mode(False), torch.enable_grad():
        node = torch.ones(1, requires_grad=True).clone().grad_fn
    assert node is not None
    return node


def leaf_node() -> Node:
    """What gives such a leaf its gradient."""
    node = new_node().next_functions[0][0]
    assert node is not None
    return node
