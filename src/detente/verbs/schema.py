"""`detente schema`: the JSON Schema of the files of a case folder, for editors."""

import json
from pathlib import Path

from detente.files.whole import write_text
from detente.verbs.frame.options import Json, Out
from detente.verbs.frame.printed import show_exact

PANEL = "Help"


def run(out: str | Path | None = None) -> str:
    """JSON Schema of the files of a case folder, for editors; written to a file where one is named."""
    from detente.checks.schema import schema_of_files

    text = json.dumps(schema_of_files(), indent=1, ensure_ascii=False) + "\n"
    if out is not None:
        write_text(Path(out), text)
    return text


def command(out: Out = None, as_json: Json = True) -> None:
    """Print the JSON Schema of the files of a case folder, for editors; it is always JSON."""
    text = run(out)
    if out is None and as_json:
        show_exact(text, end="")
