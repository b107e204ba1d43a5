"""Every number explained: where a cell's value comes from, with the proof.

``Explainer(navigator, expected).explain(command)`` answers an ``Explain``.
"""

from lenet_tui.explain.engine.explainer import Explainer
from lenet_tui.explain.engine.receptive_field import reach, receptive_field

__all__ = ["Explainer", "reach", "receptive_field"]
