"""Where the cases that come with Detente lie; found without loading what reads a case."""

from pathlib import Path


def shipped_folder() -> Path:
    """Where the cases that come with Detente are."""
    return Path(__file__).resolve().parent.parent / "cases"


def shipped_cases() -> tuple[str, ...]:
    """Names of the cases that come with Detente."""
    return tuple(sorted(path.parent.name for path in shipped_folder().glob("*/case.yaml")))
