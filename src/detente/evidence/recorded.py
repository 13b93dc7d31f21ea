"""A case with its game and its record, opened once: where case, record and evidence meet."""

from dataclasses import dataclass
from pathlib import Path

from detente.case import Case, load_case
from detente.errors import Diagnostic, OptionError, RecordError
from detente.evidence.coded import Coded
from detente.evidence.coding import Coder
from detente.evidence.jumps import jump_table
from detente.evidence.priors import JointPrior, quantile_of
from detente.evidence.rules import CodingFile, read_coding
from detente.files.keys import content_key, digests
from detente.game.compile import Template, compile_case
from detente.record import Record, load_record
from detente.words.dates import check_date

CODING, SECOND = "coding.yaml", "coding_second.yaml"
ENGINE = ("case", "game", "solver", "chain", "files/yaml.py")  # what of the package decides a solved draw


@dataclass(frozen=True)
class RecordedCase:
    """A case that has a record."""

    case: Case
    template: Template
    record: Record

    @staticmethod
    def open(case: str | Path | Case) -> "RecordedCase":
        """Load a case, if it is not loaded yet, and its record.

        Raises:
            CaseError, RecordError: located mistakes.
            OptionError: the case has no record.
        """
        loaded = case if isinstance(case, Case) else load_case(case)
        folder = loaded.folder / "record"
        if not folder.is_dir():
            what = f"case '{loaded.name}' has no record"
            raise OptionError.of(what, "a folder 'record' with events and a coding file")
        return RecordedCase(loaded, compile_case(loaded), load_record(folder))

    def code(self, name: str = CODING, until: str | None = None) -> Coded:
        """Code the record, as it stood on `until` and up to it.

        Raises:
            RecordError: no coding file of this name, or located mistakes in it.
            OptionError: `until` is not a date.
        """
        if until is not None:
            check_date("date", until)
        coding = self.coding(name)
        table = jump_table(self.template.game())
        situations = {date: dict(values) for date, values in self.case.situations.items()}
        return Coder(coding, table, self.template.space, situations).code(self.record.as_of(until), until)

    def coding(self, name: str = CODING) -> CodingFile:
        """A coding file of the record.

        Raises:
            RecordError: no coding file of this name, or located mistakes in it.
        """
        path = self.case.folder / "record" / name
        if not path.is_file():
            what = f"no coding file '{name}'"
            raise RecordError(
                Diagnostic(what, "rules that turn events into marks", "see docs/evidence.md", file=str(path))
            )
        return read_coding(path)

    def begins(self) -> str:
        """The day on which the coded record begins.

        Raises:
            RecordError: no coding file, or located mistakes in it.
        """
        return self.coding().start or min(self.case.situations)

    def second(self) -> Coded | None:
        """The record under the second coding, None if there is none."""
        return self.code(SECOND) if (self.case.folder / "record" / SECOND).is_file() else None

    def accounts(self) -> dict[str, JointPrior]:
        """The case's accounts as priors.

        Raises:
            OptionError: no accounts.
            CaseError: mistakes in the file of one of them.
        """
        self.case.require("accounts")
        if not self.case.accounts:
            what = f"case '{self.case.name}' has no accounts"
            raise OptionError.of(what, "files accounts/*.yaml, see docs/evidence.md")
        return {
            name: JointPrior(name, {p: quantile_of(parameter) for p, parameter in account.parameters.items()})
            for name, account in self.case.accounts.items()
        }

    def solving_key(self) -> str:
        """Names the game and the engine that solves it: a solved draw is used again only under the same."""
        root = Path(__file__).resolve().parents[1]
        files = {"case.yaml": self.case.folder / "case.yaml"}
        for part in ENGINE:
            base = root / part
            for path in base.rglob("*.py") if base.is_dir() else [base]:
                files[path.relative_to(root).as_posix()] = path
        return content_key(digests(files))


def evidence_files(case: Case) -> dict[str, Path]:
    """What evidence rests on, name in the case -> path: the case's own file, accounts, and everything of the record."""
    inside = ("record/", "accounts/")
    return {name: path for name, path in case.files.items() if name == "case.yaml" or name.startswith(inside)}
