"""Accounts (rival priors), read and held against the case."""

from dataclasses import replace

from detente.case.case import Case
from detente.case.entries import AccountFile, AccountParameterEntry
from detente.case.parameters import build_parameter
from detente.case.parts import Account, Parameter
from detente.errors import suggest
from detente.files.validate import Remarks, read_file
from detente.files.yaml import Document

ROUNDING = 1e-9  # share of a range by which an account's may leave it: decimals written in two files


def read_account(document: Document, case: Case, file: str) -> tuple[Account | None, Remarks]:
    """A rival account; its priors must lie inside the case's own.

    Args:
        document: the file.
        case: whose parameters it narrows.
        file: its name in the case.
    """
    written, remarks = read_file(AccountFile, document)
    if written is None:
        return None, remarks
    found = {name: _parameter(name, entry, case, remarks) for name, entry in written.parameters.items()}
    if remarks.errors:
        return None, remarks
    return Account(
        name=written.account,
        in_words=written.in_words,
        parameters={name: parameter for name, parameter in found.items() if parameter is not None},
        title=written.title,
        held_by=written.held_by,
        opposed_by=written.opposed_by,
        expects=written.expects,
        file=file,
    ), remarks


def _parameter(name: str, entry: AccountParameterEntry, case: Case, remarks: Remarks) -> Parameter | None:
    """The case's parameter with the account's prior, or None if that is wrong."""
    at = ("parameters", name)
    if name not in case.parameters:
        if name not in case.scope.unusable:
            remarks.error(at, f"unknown parameter '{name}'", "", suggest(name, case.parameters), key=True)
        return None
    reference = case.parameters[name]
    parameter = build_parameter(name, entry, at, remarks)
    if parameter is None:
        return None
    if parameter.prior.kind == "fixed" and reference.prior.kind != "fixed":
        hint = "write 'range: [low, high]', however narrow; a point would win or lose by its luck alone"
        remarks.error(at, f"'{name}' is a point in an account", "an interval", hint, key=True)
        return None
    slack = ROUNDING * max(1.0, abs(reference.high - reference.low))
    if parameter.low < reference.low - slack or parameter.high > reference.high + slack:
        what = f"'{name}' from {parameter.low:g} to {parameter.high:g} leaves the case's range"
        remarks.error(at, what, f"within {reference.low:g} to {reference.high:g}", "widen the range in case.yaml")
        return None
    why = entry.why or reference.why
    ends = {"low": parameter.low, "high": parameter.high, "mid": parameter.mid}
    return replace(reference, prior=parameter.prior, why=why, **ends)
