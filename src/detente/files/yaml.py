"""Located YAML: plain data plus the place (file, line, column) of every key and value.

YAML 1.2 core rules (so `NO` stays a string), dates stay text, duplicate keys are errors, anchors and tags are refused:
a case must mean what a reader sees. Everything wrong in a file is collected, not only the first.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, Severity

Key = str | int
At = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass
class Document:
    """One YAML file: `data` is plain dicts, lists and scalars; `values` and `keys` map paths to places."""

    name: str
    data: Any = None
    values: dict[At, Place] = field(default_factory=dict[At, Place])
    keys: dict[At, Place] = field(default_factory=dict[At, Place])
    styles: dict[At, str] = field(default_factory=dict[At, str])  # "plain", "quoted" or "block", for scalars
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def place(self, at: At = (), key: bool = False) -> Place:
        """The place of a value (or of its key); falls back to the nearest parent that has one."""
        for length in range(len(at), -1, -1):
            found = (self.keys if key and length else self.values).get(at[:length])
            if found is not None:
                return found
        return Place(self.name, 1, 1)

    def diagnostic(
        self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False, severity: Severity = "error"
    ) -> Diagnostic:
        """A located remark about the value (or key) at this path."""
        where = self.place(at, key)
        return Diagnostic(what, expected, hint, where.file, where.line, where.column, severity)


def read_yaml(path: Path, name: str | None = None) -> Document:
    """Read a YAML file; syntax errors, duplicate keys and refused constructs are in `.diagnostics`.

    Args:
        path: the file.
        name: how to print it in messages; default the path itself.

    Raises:
        OSError: the file cannot be read.
    """
    return parse_yaml(path.read_bytes(), name or path.as_posix())


def parse_yaml(content: bytes | str, name: str) -> Document:
    """Parse YAML text; see `read_yaml`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document(name)
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError as error:
        document.diagnostics.append(Diagnostic(f"not UTF-8 at byte {error.start}", "UTF-8 text", file=name))
        return document
    try:
        root = YAML(pure=True).compose(text)
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not valid YAML: {error.problem or error.context}"
        hint = "indent by spaces, quote values that contain ': ' or begin with a special character"
        document.diagnostics.append(Diagnostic(what, "", hint, name, line, column))
        return document
    except RecursionError:
        document.diagnostics.append(Diagnostic("nested too deep", "a flatter file", file=name, line=1, column=1))
        return document
    except (YAMLError, ValueError) as error:
        document.diagnostics.append(Diagnostic(f"not valid YAML: {error}", file=name, line=1, column=1))
        return document
    if root is not None:
        document.data = _construct(root, (), document, 0)
    return document


def _construct(node: Any, at: At, document: Document, depth: int) -> Any:
    mark = node.start_mark
    document.values[at] = Place(document.name, mark.line + 1, mark.column + 1)
    if depth > 50:
        document.diagnostics.append(document.diagnostic(at, "nested more than 50 deep", "a flatter file"))
        return None
    if node.anchor:
        document.diagnostics.append(document.diagnostic(at, f"anchor '&{node.anchor}'", "the value written out"))
        return None
    kind = type(node).__name__
    if kind == "SequenceNode":
        return [_construct(item, (*at, n), document, depth + 1) for n, item in enumerate(node.value)]
    if kind == "MappingNode":
        return _mapping(node, at, document, depth)
    return _scalar(node, at, document)


def _mapping(node: Any, at: At, document: Document, depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = Place(document.name, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if type(key_node).__name__ != "ScalarNode":
            document.diagnostics.append(
                Diagnostic("a key that is not plain text", "a name", "", place.file, place.line, place.column)
            )
            continue
        key = str(key_node.value)
        if key in result:
            first = document.keys[(*at, key)]
            what = f"key '{key}' stands twice (first at line {first.line})"
            document.diagnostics.append(
                Diagnostic(what, "each key once", "rename or merge", place.file, place.line, place.column)
            )
            continue
        document.keys[(*at, key)] = place
        result[key] = _construct(value_node, (*at, key), document, depth + 1)
    return result


def _scalar(node: Any, at: At, document: Document) -> Any:
    text = str(node.value)
    style = node.style
    document.styles[at] = "block" if style in ("|", ">") else "quoted" if style in ("'", '"') else "plain"
    tag = str(node.tag).rsplit(":", 1)[-1]
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if tag == "int":
            return int(text.replace("_", ""), 0) if text.lstrip("+-").startswith("0o") else int(text.replace("_", ""))
        if tag == "float":
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    if tag in ("str", "timestamp"):
        return text
    document.diagnostics.append(document.diagnostic(at, f"tag '!{tag}'", "plain values"))
    return None
