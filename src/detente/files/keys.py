"""One way to make a content key: whatever is kept under a key is used again only while all that counts is the same.

What counts differs (a fit: compiled game, priors, coded path, NUMERICS; a draw: case files, items, the code), how a key
is made does not: SHA-256 over the canonical JSON of the parts.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from detente.files.access import check_file


def content_key(*parts: Any) -> str:
    """A key of plain data: equal parts give equal keys, in every process and on every machine.

    Args:
        *parts: strings, numbers, booleans, None, and lists, tuples and mappings (with text keys) of them.

    Returns:
        64 hexadecimal digits.

    Raises:
        TypeError: something that is not plain data.
    """
    return digest(json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def digest(content: bytes) -> str:
    """SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, read piece by piece.

    Raises:
        OSError: the file cannot be read.
    """
    check_file(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(files: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of each file by its name, in the order of the names."""
    return {name: file_digest(path) for name, path in sorted(files.items())}


@cache
def code_fingerprint() -> str:
    """Digest of the package's source: an interrupted job is not continued by other code."""
    root = Path(__file__).resolve().parents[1]
    return content_key(digests({path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}))
