"""The command line with another model: ``python -m tests.harness.planted_command MODEL WORD …``."""

from __future__ import annotations

import sys

from lenet_tui.cli import main as cli
from lenet_tui.protocol.options import PRESET_DEFAULTS

if __name__ == "__main__":
    PRESET_DEFAULTS["digits"]["model"] = sys.argv[1]
    cli.main(sys.argv[2:])
