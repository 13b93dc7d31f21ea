"""The small case of tests/data/settle_small with a record, a coding and two accounts: all that verbs need."""

import shutil
from pathlib import Path

SMALL = Path(__file__).parent / "data" / "settle_small"
CODING = """
format: 1
from: 2000-01-01
until: 2008-01-01
observed:
  phase: {2000-01-01: truce, 2003-02-01: war, 2003-09-01: truce}
rules:
  - when: {type: raid}
    then: {move: north.attack}
    recorded_with: [0.5, 0.95]
  - when: {type: proposal}
    then: {move: mediator.table_equal}
    recorded_with: [0.3, 0.9]
"""
EVENTS = [("a", "2001-01-01", "proposal"), ("b", "2003-02-01", "raid"), ("d", "2005-06-01", "proposal")]


def recorded_case(folder: Path) -> Path:
    """Write the case into a folder that does not exist yet; returns it."""
    shutil.copytree(SMALL, folder)
    record, accounts = folder / "record", folder / "accounts"
    record.mkdir()
    accounts.mkdir()
    (record / "coding.yaml").write_text(CODING, "utf-8")
    (record / "sources.csv").write_text("id,title\ns,A chronicle\n", "utf-8")
    write_events(folder, EVENTS)
    for name, low, high in (("eager", 0.0, 0.05), ("content", 0.1, 0.15)):
        text = f"account: {name}\nin_words: {name}\nparameters:\n  rent: {{range: [{low}, {high}]}}\n"
        (accounts / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def write_events(folder: Path, events: list[tuple[str, str, str]]) -> None:
    """Write the events of the record."""
    rows = "".join(f"{i},{date},{kind},mediator,{kind} of {date},s\n" for i, date, kind in events)
    (folder / "record" / "events.csv").write_text("id,date,type,actors,text,sources\n" + rows, "utf-8")
