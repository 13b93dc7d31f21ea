"""What a run keeps of evidence: parts with the keys of what they rest on, and the last ones kept beside the draws."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from detente.evidence.kept import files_key, fit_name, kept_fit
from detente.evidence.recorded import RecordedCase, evidence_files
from detente.evidence.report import accounts_of, fit_table, learnt_table, pairs_table, tables
from detente.evidence.sections import accounts_section, fit_section, held_out_section
from detente.evidence.study import StudyResult
from detente.files.keys import content_key, digests
from detente.files.whole import write_text
from detente.record.told import Told
from detente.run import Fit, Part

if TYPE_CHECKING:
    from detente.case import Case

ACCOUNTS = "accounts.json"  # in the store of a case


def accounts_key(case: "Case") -> str:
    """The content key of what a study of accounts rests on: case, accounts and record, both codings included."""
    return content_key(digests(evidence_files(case)))


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
    shown = {"fit_parameters": fit_table(fit)}
    shown |= {name: table for name, table in (("fit_learnt", learnt_table(fit)), ("fit_pairs", pairs_table(fit)))
              if table.rows and not fit.refused}  # fmt: skip
    return Part(
        name="fit",
        key=files_key(recorded.case),
        command=command,
        tables=shown,
        sections=(fit_section(fit, shown),),
        fit=fit,
    )


def keep_accounts(store: Path, part: Part) -> None:
    """Keep a study of accounts beside the draws that it was made from."""
    write_text(store / ACCOUNTS, part.model_dump_json(indent=1) + "\n")


def kept_accounts(case: "Case", store: Path) -> Part | None:
    """The last study of accounts, if it still holds: none that rests on other files, or is of another version."""
    path = store / ACCOUNTS
    if not path.is_file():
        return None
    try:
        part = Part.model_validate_json(path.read_text("utf-8"))
    except ValidationError:
        return None  # of a version that kept other fields: it has to be made again
    return part if part.key == accounts_key(case) else None


def kept_parts(case: "Case", store: Path, date: str) -> tuple[Part, ...]:
    """What was found last of a case and still holds: the study of accounts, and the fit until a date, else to all."""
    study, fit = kept_accounts(case, store), kept_fit(case, fit_name(date), until=date)[0]
    fit = fit or kept_fit(case, fit_name(date, whole=True))[0]
    return tuple(part for part in (study, fit.part if fit is not None else None) if part is not None)
