"""Shared fixtures: where ../shared is, and hypothesis kept quiet on slow machines and, in CI, to the same examples."""

import os
from pathlib import Path

import pytest
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


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared; the test is skipped, with this reason, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared (facts, data, reference) is not on this machine")
    return SHARED
