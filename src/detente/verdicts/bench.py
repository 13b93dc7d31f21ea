"""What the claims of a case are judged by: one bench for every verb, so that a verdict is the same in all of them."""

from dataclasses import dataclass

from detente.answers import Answers
from detente.case import Case
from detente.files.folder import is_there
from detente.record import CutRecord, load_record
from detente.run import Claim, Part, Public
from detente.verdicts.judge import draws_needed, judge
from detente.verdicts.references import Numbers, known_rules, quantities_of
from detente.verdicts.rules import ClaimRules, read_rules

RULES = "claims_rules.yaml"


@dataclass(frozen=True)
class Bench:
    """The rules of a case, its record as it stood on a day, and the numbers that can be asked for."""

    rules: ClaimRules
    record: CutRecord
    numbers: Numbers

    @staticmethod
    def of(case: Case, when: str) -> "Bench | None":
        """The bench of a case on a date, held against each other before anything is computed.

        Returns:
            None where the case has no record or no rules.

        Raises:
            CaseError: located mistakes in the rules, also where they name what does not exist.
            RecordError: located mistakes in the record.
        """
        path = case.folder / RULES
        if not is_there(path) or not (case.folder / "record").is_dir():
            return None
        record = load_record(case.folder / "record")
        rules = known_rules(read_rules(path, case.folder.name), record, case)
        return Bench(rules, record.as_of(when), quantities_of(case))

    @property
    def at_least(self) -> dict[str, int]:
        """Question -> draws that it must be asked in; the same in every verb, so that verdicts are the same."""
        return draws_needed(self.rules, self.numbers)

    def judged(self, answers: Answers | None, record: CutRecord | None = None) -> tuple[Claim, ...]:
        """Every claim that had been made, with its verdict; by `record`, where only part of it may be shown."""
        return judge(self.rules, record or self.record, answers, self.numbers, self.record)

    def part(self, answers: Answers, key: str, command: str) -> Part:
        """The part that claims add to a run, judged with answers that have been computed already.

        Where the record has marked entries, the claims are judged once more on what is public, for redacted copies.
        """
        public = self.record.public()
        again = None if public is self.record else Public(claims=self.judged(answers, public))
        return Part(name="claims", key=key, command=command, claims=self.judged(answers), public=again)
