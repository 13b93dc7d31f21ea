"""One file per verb: the function that a program calls (`run`), its options, its command. A new verb is one more file.

from detente.verbs import settle
part = settle.run("minsk", quick=True)
"""

from types import ModuleType

from detente.files.scan import scan


def all_verbs() -> tuple[ModuleType, ...]:
    """The modules of all verbs, in the order of their names."""
    return scan(__name__)
