"""Before any test runs."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack

import pytest

from tests.harness.compiled import compile_package
from tests.harness.forked_workers import fork_workers
from tests.harness.rewritten import rewrite_tests
from tests.harness.set_aside import Aside, set_aside
from tests.harness.torch_template import serving
from tests.harness.torch_template_client import use

SESSION = ExitStack()
ASIDE: list[Aside] = []
sys.dont_write_bytecode = False
# pytest rewrites the assertions of each test file: most of a worker's start unless it can keep them


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package and share one torch: once, not in each of xdist's processes."""
    wanted = config.option.markexpr.replace("not gpu", "")
    if "gpu" not in wanted:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # so that the device auto is the CPU in every test
    if not hasattr(config, "workerinput"):
        forked = config.getoption("dist", "no") != "no" and "gpu" not in wanted
        SESSION.enter_context(serving(at_once=forked))
        compile_package()
        if forked:
            fork_workers()
            if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
                rewrite_tests(config)
    use()
    folder = SESSION.enter_context(tempfile.TemporaryDirectory(prefix="lenet-tui-tests-"))
    os.environ["XDG_CONFIG_HOME"] = folder  # or tests would run with the developer's settings
    os.environ["LC_ALL"] = "C.UTF-8"  # or the command line would speak the developer's language


def pytest_unconfigure() -> None:
    """End what was started for the whole run."""
    SESSION.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a GPU where none is seen."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch  # noqa: PLC0415 - after the GPUs have been hidden

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(
                pytest.mark.skip(reason="sees no CUDA GPU; with -m gpu it sees those that are here")
            )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make what all tests share cheap for each app that they start."""
    if hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", 0):
        from tests.harness.cheap_seeds import cheapen_seeds  # noqa: PLC0415 - not for xdist
        from tests.harness.shared_css import share_parsed_css  # noqa: PLC0415

        cheapen_seeds()
        share_parsed_css()
        ASIDE.append(set_aside())  # each app collects when its engine is ready


@pytest.hookimpl(trylast=True)  # when what the test had is torn down
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Keep set aside what all tests share, also after a test that looked at all objects."""
    for aside in ASIDE:
        aside.again()
        if nextitem is not None and nextitem.path != item.path:
            aside.more()
