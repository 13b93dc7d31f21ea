"""Where an import is prepared: a folder among the temporary files, outside the case, that does not outlive its process.

The folder is locked by its process. A process that is killed leaves it behind unlocked, and the next import removes it.
"""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from detente.errors import FileError
from detente.files.access import unwritable
from detente.files.locks import KNOWN, held

PREFIX = "detente-import-"
TRIES = 100  # new folders that another import may take for dead ones before they are locked


@contextmanager
def staging_folder() -> Generator[Path]:
    """A folder of one's own for as long as the context lasts; folders of dead imports are removed.

    Raises:
        FileError: there is no room or no permission to prepare anything.
    """
    _remove_dead()
    with ExitStack() as stack:
        try:
            folder = _locked_folder(stack)
        except OSError as error:
            raise FileError(unwritable(error, Path(tempfile.gettempdir()))) from None
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _locked_folder(stack: ExitStack) -> Path:
    """A new folder, locked for as long as the stack lasts.

    Raises:
        OSError: it cannot be made.
    """
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):  # between the two steps another import took it for a dead one
            stack.enter_context(held(folder))
        if folder.exists():
            return folder
        stack.close()
    raise FileNotFoundError(2, "every new folder was removed at once")


def _remove_dead() -> None:
    if KNOWN:  # without locks the dead cannot be told from the living
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            with suppress(OSError), held(folder, wait=False):  # of a living import, or of another user
                shutil.rmtree(folder, ignore_errors=True)
