"""What a run keeps of evidence: parts with the keys of what they rest on, and the last ones kept beside the draws."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from detente.case.outputs import results_folder
from detente.evidence.recorded import SECOND, RecordedCase, evidence_files
from detente.evidence.report import accounts_of, fit_table, tables
from detente.evidence.sections import accounts_section, fit_section, held_out_section
from detente.evidence.study import StudyResult
from detente.files.keys import content_key, digests
from detente.files.whole import write_text
from detente.record.told import Told
from detente.run import Fit, Part

if TYPE_CHECKING:
    from detente.case import Case
    from detente.evidence.fit import Fitted

NAMES = ("accounts", "fit")  # of the parts that are kept, and of their files


def store_of(case: "Case", out: str | Path | None = None, *, take: bool = True) -> Path:
    """Where solved draws, simulated records, the freeze and the last results of a case are kept.

    Args:
        case: whose results (`detente.case.outputs`).
        out: a run folder, which then holds the store as well.
        take: see `results_folder`.
    """
    if out is not None:
        return Path(out) / ".evidence"
    return results_folder(case.name, case.folder, "evidence", take=take)


def accounts_key(case: "Case") -> str:
    """The content key of what a study of accounts rests on: case, accounts and record, both codings included."""
    return content_key(digests(evidence_files(case)))


def fit_key(case: "Case") -> str:
    """The content key of what a fit rests on: case, accounts and record, without the second coding."""
    return content_key(digests({n: path for n, path in evidence_files(case).items() if n != f"record/{SECOND}"}))


def accounts_part(recorded: RecordedCase, found: StudyResult, command: str) -> Part:
    """The part that `accounts` adds to a run; names of tables begin with `evidence_`."""
    accounts, told = accounts_of(found), Told(recorded.record.as_of())
    named = {f"evidence_{name}": table for name, table in tables(found, told).items()}
    sections = [accounts_section(accounts, tuple(n for n in named if n != "evidence_baselines"), found, told)]
    if accounts.baselines is not None:
        sections.insert(0, held_out_section(accounts.baselines, "evidence_baselines"))
    return Part(
        name="accounts",
        key=accounts_key(recorded.case),
        command=command,
        tables=named,
        sections=tuple(sections),
        accounts=accounts,
    )


def fit_part(recorded: RecordedCase, fit: Fit, command: str) -> Part:
    """The part that `fit` adds to a run."""
    return Part(
        name="fit",
        key=fit_key(recorded.case),
        command=command,
        tables={"fit_parameters": fit_table(fit)},
        sections=(fit_section(fit, "fit_parameters"),),
        fit=fit,
    )


def keep(store: Path, part: Part) -> None:
    """Keep a part beside the draws that it was made from."""
    write_text(store / f"{part.name}.json", part.model_dump_json(indent=1) + "\n")


DRAWS = "fit.csv"


def keep_draws(store: Path, found: "Fitted") -> None:
    """Keep the draws of a fit as a table: chain, log-likelihood, and the value of every parameter."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(("chain", "log_likelihood", *found.names))
    each = len(found.values) // found.chains
    for n, (log, values) in enumerate(zip(found.log, found.values, strict=True)):
        rows.writerow((n // each, f"{log:.6g}", *(f"{value:.8g}" for value in values)))
    write_text(store / DRAWS, stream.getvalue())


def kept(case: "Case", store: Path) -> tuple[Part, ...]:
    """The last parts of a case that still hold: none that rests on other files, or was written by another version."""
    now = {"accounts": accounts_key(case), "fit": fit_key(case)}
    found: list[Part] = []
    for name in NAMES:
        path = store / f"{name}.json"
        if not path.is_file():
            continue
        try:
            part = Part.model_validate_json(path.read_text("utf-8"))
        except ValidationError:
            continue  # of a version that kept other fields: it has to be made again
        if part.key == now[name]:
            found.append(part)
    return tuple(found)
