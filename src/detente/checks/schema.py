"""JSON Schema of every file that users write, from the models that validate them."""

from typing import Any

from detente.case.entries import AccountFile, CaseFile, ScenarioFile
from detente.evidence.coding_entries import CodingRulesFile
from detente.files.schema import json_schema
from detente.verdicts.rules import ClaimRulesFile

TITLE = "Files of a case of Detente"
FILES = {
    "case.yaml": CaseFile,
    "accounts/*.yaml": AccountFile,
    "scenarios/*.yaml": ScenarioFile,
    "claims_rules.yaml": ClaimRulesFile,
    "record/coding.yaml": CodingRulesFile,
}


def schema_of_files() -> dict[str, Any]:
    """JSON Schema (2020-12) of the files of a case folder; each of them is one of its definitions."""
    return json_schema(FILES, TITLE)
