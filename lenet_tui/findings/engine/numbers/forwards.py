"""The phases in which a model is computed: outside of all modules it may be plain functions."""

from lenet_tui.protocol.phases import FORWARD, OTHER

FORWARDS = (FORWARD, OTHER)
