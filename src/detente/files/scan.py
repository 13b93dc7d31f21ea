"""Finding the modules of a package by looking into its folder, so that one more file is one more question or verb.

This is one of the two places in which a module is imported by a string (the other is the table of public names in
`detente/__init__.py`).
"""

import importlib
import pkgutil
import sys
from types import ModuleType


def scan(package: str) -> tuple[ModuleType, ...]:
    """Import the modules of the calling package, in the order of their names; packages inside it are left alone.

    Args:
        package: the caller's own `__name__`; the caller is the `__init__.py` of a package.

    Raises:
        ValueError: the name is not that of an imported package.
    """
    home = sys.modules.get(package)
    if home is None or not hasattr(home, "__path__"):
        raise ValueError(f"'{package}' is not an imported package; scan(__name__) belongs into its __init__.py")
    names = sorted(info.name for info in pkgutil.iter_modules(home.__path__) if not info.ispkg)
    return tuple(importlib.import_module(f"{package}.{name}") for name in names)
