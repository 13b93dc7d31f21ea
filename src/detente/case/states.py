"""Actors, packages and state variables: from what stands in the file, broken parts reported and left out."""

from collections.abc import Collection, Mapping
from typing import Any

from detente.case.entries import ActorEntry, PackageEntry, StateEntry
from detente.case.kinds import name_problem
from detente.case.parts import Actor, StateVariable
from detente.errors import suggest
from detente.files.mistakes import is_number
from detente.files.validate import Remarks
from detente.files.yaml import At

Package = Mapping[str, Any]  # what a package says, by key


def build_actors(entries: Mapping[str, ActorEntry]) -> dict[str, Actor]:
    """The actors, in file order."""
    return {name: Actor(name, entry.kind, entry.labels, entry.also) for name, entry in entries.items()}


def build_packages(
    entries: Mapping[str, PackageEntry], remarks: Remarks, parameters: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The packages; every field that is a number, or a parameter, must stand in each of them as one."""
    packages: dict[str, dict[str, Any]] = {
        name: entry.model_dump(exclude_unset=True) for name, entry in entries.items()
    }
    numeric = _numeric(packages, parameters)
    for name, item in packages.items():
        _name_keys(("packages", name), entries[name].model_extra or {}, remarks)
        for key in numeric:
            if key not in item:
                what = f"package '{name}' has no '{key}'"
                remarks.error(("packages", name), what, "the same numbers in each package", key=True)
            elif not is_number(item[key]) and item[key] not in parameters:
                what, hint = f"'{key}' is a number in other packages", suggest(str(item[key]), parameters)
                remarks.error(("packages", name, key), what, "a number, or the name of a parameter", hint)
    return packages


def _name_keys(at: At, extra: Mapping[str, Any], remarks: Remarks) -> None:
    """Report further keys that expressions could not use."""
    for key in extra:
        problem = name_problem(key)
        if problem is not None:
            remarks.error((*at, key), problem.what, problem.expected, problem.hint, key=True)


def _numeric(packages: Mapping[str, Package], parameters: Collection[str]) -> list[str]:
    """Fields that are a number or a parameter in some package; words for people never are."""
    fields = ((key, v) for item in packages.values() for key, v in item.items() if key not in PackageEntry.model_fields)
    return list(dict.fromkeys(key for key, v in fields if is_number(v) or (isinstance(v, str) and v in parameters)))


def _package_numbers(
    packages: Mapping[str, Package], parameters: Collection[str]
) -> dict[str, tuple[float | str, ...]]:
    """Attributes of a variable that holds packages: their numbers, all 0 where none is on the table."""
    rows = {name: [item.get(name) for item in packages.values()] for name in _numeric(packages, parameters)}
    return {name: (0.0, *(_entry(v, parameters) for v in row)) for name, row in rows.items()}


def _entry(value: Any, parameters: Collection[str]) -> float | str:
    """A number, or the name of a parameter; what is neither is reported elsewhere, and 0 stands in."""
    if isinstance(value, str) and value in parameters:
        return value
    return float(value) if is_number(value) else 0.0


def build_states(
    entries: Mapping[str, StateEntry],
    remarks: Remarks,
    packages: Mapping[str, Package],
    parameters: Collection[str],
) -> dict[str, StateVariable]:
    """The state variables, in file order.

    Args:
        entries: the section `states`.
        remarks: takes the mistakes.
        packages: the packages.
        parameters: names of all parameters that the file has, broken or not.
    """
    found = {
        name: _state(name, entry, ("states", name), remarks, packages, parameters) for name, entry in entries.items()
    }
    return {name: variable for name, variable in found.items() if variable is not None}


def _state(
    name: str,
    entry: StateEntry,
    at: At,
    remarks: Remarks,
    packages: Mapping[str, Package],
    parameters: Collection[str],
) -> StateVariable | None:
    written = [key for key in ("values", "ordered") if key in remarks.document.names(*at)]
    if len(written) != 1:
        remarks.error(at, f"'{name}' needs either 'values' or 'ordered'", "one of the two", key=True)
        return None
    place = (*at, written[0])
    if not remarks.usable(place):
        return None
    holds_packages = entry.values == "packages"
    if holds_packages and not packages:
        remarks.error(place, "there are no packages", "a section 'packages:'")
        return None
    listed = entry.ordered if entry.ordered is not None else entry.values
    values = ("none", *packages) if holds_packages else tuple(listed or ())
    twice = next((value for n, value in enumerate(values) if value in values[:n]), None)
    if twice is not None:
        remarks.error(place, f"value '{twice}' of '{name}' stands twice", "each value once")
        return None
    attributes = _package_numbers(packages, parameters) if holds_packages else {}
    attributes |= _attributes(entry, values, at, remarks, parameters)
    ordered = entry.ordered is not None
    return StateVariable(name, values, ordered, attributes, entry.label, holds_packages, entry.era)


def _attributes(
    entry: StateEntry, values: tuple[str, ...], at: At, remarks: Remarks, parameters: Collection[str]
) -> dict[str, tuple[float | str, ...]]:
    """Numbers that belong to the values, or parameters; one for each."""
    extra: Mapping[str, tuple[float | str, ...]] = entry.model_extra or {}
    _name_keys(at, extra, remarks)
    result: dict[str, tuple[float | str, ...]] = {}
    for attribute, numbers in extra.items():
        unknown = [(n, v) for n, v in enumerate(numbers) if isinstance(v, str) and v not in parameters]
        for n, word in unknown:
            place, hint = (*at, attribute, n), suggest(word, parameters)
            remarks.error(place, f"unknown parameter '{word}'", "a number, or the name of a parameter", hint)
        if unknown:
            continue
        if len(numbers) == len(values):
            result[attribute] = numbers
        else:
            what = f"'{attribute}' has {len(numbers)} numbers for {len(values)} values"
            remarks.error((*at, attribute), what, f"one for each of {', '.join(values)}")
    return result
