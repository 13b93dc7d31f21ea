"""The small recorded case with statistics of its record."""

from pathlib import Path

from recorded_case import recorded_case

HISTORY = """
history:
  wars: {count: into phase == war, headline: war}
  lull: {longest: phase == truce, held_out: yes, headline: war}
  war_length: {length: phase == war, held_out: yes}
  war_share: {share: phase == war, held_out: yes}
  first_war: {first: into phase == war}
  peace_in: {first: into phase == peace, headline: peace}
  texts: {count: mediator.table_equal}
  texts_late: {count: mediator.table_equal, from: 2004-01-01}
  texts_last: {count: mediator.table_equal, from: 2006-01-01}
  spacing: {spacing: mediator.table_equal, held_out: yes}
  two_wars: {spacing: into phase == war}
  answered: {answered: {from: north.attack, to: mediator.table_equal, within: 0.5}}
  lag: {lag: {from: north.attack, to: mediator.table_equal}}
  open: {share: offer == open, leans_on: [peace]}
  clashes: {count: nature.clash}
  too_late: {count: into phase == war, from: 2009-01-01}
"""


def history_case(folder: Path) -> Path:
    """Write the case into a folder that does not exist yet; returns it."""
    stated(recorded_case(folder))
    return folder


def stated(case: Path, history: str = HISTORY) -> None:
    """Give a case these statistics in the place of those that it has."""
    path = case / "case.yaml"
    path.write_text(path.read_text("utf-8").split("\nhistory:")[0] + history, "utf-8")
