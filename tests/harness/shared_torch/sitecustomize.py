"""Imported by each Python process that a test starts: see ``tests.harness.torch_template``."""

from tests.harness.torch_template_client import use

use()
