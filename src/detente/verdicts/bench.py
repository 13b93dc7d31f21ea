"""What the claims of a case are judged by: one bench for every verb, so that a verdict is the same in all of them."""

from dataclasses import dataclass

from detente.answers import Answers
from detente.case import Case
from detente.files.folder import is_there
from detente.record import CutRecord, load_record
from detente.record.cut import cut
from detente.record.days import LAST_DAY
from detente.run import Claim, Part, Public
from detente.verdicts.judge import NOTHING_BESIDE, Beside, draws_needed, judge
from detente.verdicts.references import Numbers, known_rules, quantities_of, scenario_of
from detente.verdicts.rules import RULES, ClaimRules, read_rules


@dataclass(frozen=True)
class Bench:
    """The rules of a case, its record as it stood on a day, and the numbers that can be asked for.

    Attributes:
        today: the record as it is known today; what it says is evidence only as far as `record` holds it, too.
    """

    rules: ClaimRules
    record: CutRecord
    numbers: Numbers
    today: CutRecord | None = None

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
        return Bench(rules, record.as_of(when), quantities_of(case), cut(record, LAST_DAY, whole=True))

    @property
    def at_least(self) -> dict[str, int]:
        """Question -> draws that it must be asked in; the same in every verb, so that verdicts are the same."""
        return draws_needed(self._here, self.numbers)

    @property
    def _here(self) -> ClaimRules:
        """The rules whose quantities are asked for at the date at hand."""
        return self.rules.asked_at(self.record.day.isoformat())

    @property
    def dates(self) -> tuple[str, ...]:
        """Earlier dates at which quantities are tested."""
        return tuple(day for day in self.rules.dates if day < self.record.day.isoformat())

    def scenarios(self, case: Case, when: str) -> dict[str, tuple[Case, tuple[str, ...]]]:
        """The words that name each scenario of a test -> the case under it, and the questions that it is asked."""
        found: dict[str, tuple[Case, tuple[str, ...]]] = {}
        for words, tests in self._here.scenarios.items():
            asked = tuple(dict.fromkeys(self.numbers[test.quantity][0].id for test in tests))
            given = tests[0].scenario
            if given is not None:
                found[words] = case.override(scenario=scenario_of(case, given, when)), asked
        return found

    def judged(
        self, answers: Answers | None, record: CutRecord | None = None, beside: Beside = NOTHING_BESIDE
    ) -> tuple[Claim, ...]:
        """Every claim that had been made, with its verdict; by `record`, where only part of it may be shown."""
        shown = record or self.record
        told = self.today and (self.today, self.today if record is None else self.today.public())
        return judge(self.rules, shown, answers, self.numbers, self.record, told, beside)

    def part(self, answers: Answers, key: str, command: str, beside: Beside = NOTHING_BESIDE) -> Part:
        """The part that claims add to a run, judged with answers that have been computed already.

        Where the record has marked entries, the claims are judged once more on what is public, for redacted copies.
        """
        public = self.record.public()
        again = None
        if public is not self.record:
            again = Public(claims=self.judged(answers, public, beside))
        return Part(name="claims", key=key, command=command, claims=self.judged(answers, None, beside), public=again)
