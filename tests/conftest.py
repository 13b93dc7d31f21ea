"""Shared fixtures: where ../shared is, and hypothesis kept quiet on slow machines and, in CI, to the same examples.

Where Python is told to leave no compiled modules beside the sources (CI, and some containers), the workers and the
hundred processes that tests start would each compile them all again, a fifth of the suite's time: they keep them in
.pytest_cache instead.
"""

import os
from functools import cache
from pathlib import Path

import pytest
import typer.testing
from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile(
    "detente",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=os.environ.get("CI") == "true",  # there the same examples each time: what fails is what was changed
)
settings.load_profile("detente")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".pytest_cache" / "bytecode"))
typer.testing._get_command = cache(typer.testing._get_command)  # the commands of an app are built once, as a user's are


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared; the test is skipped, with this reason, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared (facts, data, reference) is not on this machine")
    return SHARED
