"""The one validator of users' files: pydantic models in, located mistakes out, all of them at once.

A model (`Written`, for a whole file `WrittenFile`) says which keys a mapping has. `read_file` gives a file as that
model, as far as it is right: what is wrong is reported with its place and left out; later checks can look at the rest.
`mistakes_in` turns pydantic's errors into `Mistake`s for rows that come from elsewhere (CSV, workbooks).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from inspect import get_annotations
from types import MappingProxyType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    Tag,
    ValidationError,
)
from pydantic.fields import FieldInfo

from detente.errors import Diagnostic, Severity, suggest
from detente.files.mistakes import Mistake, describe, is_list, is_mapping, meant
from detente.files.yaml import DEEPEST, At, Document

KEYS_NAMED = 6  # keys of a mapping that a message names
Whole = TypeVar("Whole", bound="WrittenFile")


def title_of(model: type) -> str:
    """The title of a definition: the name of its class in words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"(?<=[a-z])(Entry|File)$", "", model.__name__))
    return name[0] + name[1:].lower()


class Written(BaseModel):
    """A mapping with known keys; `noun` is what a message calls one of them.

    `stand_in` gives, for keys that must stand, what is read in the place of a wrong value, so that one wrong key does
    not hide the rest of the mapping from later checks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, model_title_generator=title_of)
    noun: ClassVar[str] = "key"
    stand_in: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def has(self, name: str) -> bool:
        """Whether this key stands in the file."""
        return name in self.model_fields_set


class WrittenFile(Written):
    """A whole file; keys in `must` have to stand, but have defaults, so that the rest is read without them."""

    must: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        found = handler(schema)
        handler.resolve_ref_schema(found)["required"] = list(cls.must)
        return found


def _missing(model: type[BaseModel], key: str) -> Mistake:
    """A key that must stand and does not."""
    info = fields_of(model).get(key)
    expected, stand_in = (info.description if info else "") or "", getattr(model, "stand_in", {}).get(key)
    return Mistake(f"'{key}' is missing", expected, f"add '{key}: ...'", key=True, missing=key, stand_in=stand_in)


@dataclass
class Remarks:
    """Collects remarks about one file, and the paths whose content must not be used."""

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    broken: set[At] = field(default_factory=set[At])

    def error(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        """A mistake at a path; what stands there is not used."""
        self.diagnostics.append(self.document.diagnostic(at, what, expected, hint, key))
        self.broken.add(at)

    def warn(self, at: At, what: str, hint: str = "", key: bool = False, severity: Severity = "warning") -> None:
        """Something to look at that stops nothing."""
        self.diagnostics.append(self.document.diagnostic(at, what, "", hint, key, severity))

    def usable(self, at: At) -> bool:
        """Whether nothing at or below this path is wrong."""
        return not any(bad[: len(at)] == at for bad in self.broken)

    @property
    def errors(self) -> list[Diagnostic]:
        """What stops the file from being used."""
        found = [d for d in self.diagnostics if d.severity == "error"]
        return sorted(found, key=lambda d: (d.line, d.column))


def read_file(model: type[Whole], document: Document) -> tuple[Whole | None, Remarks]:
    """A file as its model, as far as it is right, and all that is wrong with it.

    Args:
        model: what the file should be.
        document: the file; what was wrong with it as YAML is among the remarks.

    Returns:
        None where nothing of it can be used, and the remarks.
    """
    remarks = Remarks(document, list(document.diagnostics))
    data: Any = document.data
    if data is None:
        if not document.diagnostics:
            remarks.error((), "the file is empty", words(model))
        return None, remarks
    written, wrong = None, list[Mistake]()
    try:
        written = model.model_validate(data)
    except ValidationError as error:
        wrong = list(mistakes_in(error, model, data))
    absent = [_missing(model, key) for key in model.must if is_mapping(data) and key not in data]
    for one in (*absent, *wrong):
        remarks.error(one.at, one.what, one.expected, one.hint, one.key)
    return _rest(model, data, wrong, remarks) if written is None else written, remarks


def _rest(model: type[Whole], data: Any, wrong: list[Mistake], remarks: Remarks) -> Whole | None:
    """What can be read of a file when all that is wrong is left out; None where nothing can."""
    left_out: set[At] = set()
    for _ in range(DEEPEST):  # a round may leave out one level more; what it finds follows from the round before
        put = {at: one.stand_in for one in wrong if (at := one.gap) in left_out and one.stand_in is not None}
        out = {_cut(data, one.at) for one in wrong if one.gap not in put}
        if () in out:
            return None
        left_out |= out
        data = _changed(data, (), out, put)
        try:
            return model.model_validate(data)
        except ValidationError as error:
            wrong = list(mistakes_in(error, model, data))
            remarks.broken |= {one.at for one in wrong if one.gap not in left_out or one.stand_in is None}
    return None


def _cut(data: Any, path: At) -> At:
    """The path up to the first list that it leads through."""
    for length, key in enumerate(path):
        if is_list(data):
            return path[:length]
        data = data.get(key) if is_mapping(data) else None
    return path


def _changed(data: Any, at: At, out: set[At], put: Mapping[At, Any]) -> Any:
    """The data at a path less what stands at some paths, and with values put at others."""
    if not is_mapping(data):
        return data
    kept = {key: _changed(value, (*at, key), out, put) for key, value in data.items() if (*at, key) not in out}
    return kept | {path[-1]: value for path, value in put.items() if path[:-1] == at}


def mistakes_in(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[Mistake]:
    """What a validation found, in words, with paths into the data.

    Args:
        error: what pydantic raised.
        model: what was validated against.
        data: what was validated; paths go along it.
    """
    for item in error.errors(include_url=False):
        yield from _said(item, _walked(model, item["loc"], data))


@dataclass
class _Walk:
    """Where a pydantic location leads: a path into the data, the type there, and the last mapping passed."""

    path: At
    type_: Any
    owner: type[BaseModel]
    key: bool


def _walked(model: type[BaseModel], loc: tuple[str | int, ...], data: Any) -> _Walk:
    """Follow a location along the model's types; tags of unions are steps of the location, but not of the path."""
    walk = _Walk((), model, model, False)
    for step in loc:
        here = bare(walk.type_)
        if step == "[key]":
            walk.key = True
            continue
        if is_union(here):
            walk.type_ = next((m for m in get_args(here) if _tag(m) == step), None)
            continue
        if is_written(here):
            walk.owner = here
            walk.type_ = _field_type(here, str(step))
        else:
            walk.type_ = (get_args(here) or (None,))[0 if get_origin(here) in (tuple, list) else -1]
            if isinstance(step, int) and not is_list(data):
                continue  # a lone item where a list may stand
        walk.path = (*walk.path, step)
        data = _stepped(data, step)
    return walk


def _stepped(data: Any, step: str | int) -> Any:
    """What stands below; None where nothing does."""
    if is_mapping(data):
        return data.get(step)
    return data[step] if is_list(data) and isinstance(step, int) and step < len(data) else None


def bare(type_: Any) -> Any:
    """A type without its annotations, and without None where that is all it may be else."""
    while True:
        others = [m for m in get_args(type_) if m is not type(None)]
        if get_origin(type_) is Annotated or (is_union(type_) and len(others) == 1):
            type_ = others[0]
        else:
            return type_


def is_union(type_: Any) -> bool:
    """Whether it is one of several types."""
    return get_origin(type_) is Union or isinstance(type_, UnionType)


def is_written(type_: Any) -> bool:
    """Whether it is a model."""
    return isinstance(type_, type) and issubclass(type_, BaseModel)


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a model as files write them."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _field_type(model: type[BaseModel], key: str) -> Any:
    info = fields_of(model).get(key)
    if info is not None:
        return info.annotation
    extra = get_annotations(model).get("__pydantic_extra__")
    return get_args(extra)[-1] if extra is not None else None


def _tag(type_: Any) -> str:
    return next((note.tag for note in get_args(type_)[1:] if isinstance(note, Tag)), "")


def words(model: type[BaseModel]) -> str:
    """What a model asks for, in words."""
    return f"a mapping with {', '.join(list(fields_of(model))[:KEYS_NAMED])}"


def _said(item: Any, walk: _Walk) -> Iterator[Mistake]:
    """One of pydantic's errors in words."""
    kind, value, context = item["type"], item["input"], item.get("ctx") or {}
    at, last = walk.path, str(walk.path[-1]) if walk.path else ""
    if kind == "mistakes":
        for one in context["mistakes"]:
            yield (Mistake(one.what, one.expected, one.hint, at, True) if walk.key else one.below(at))
    elif kind == "missing":
        yield _missing(walk.owner, last).below(at[:-1])
    elif kind == "extra_forbidden":
        noun = getattr(walk.owner, "noun", "key")
        yield Mistake(f"unknown {noun} '{last}'", "", suggest(last, fields_of(walk.owner)), at, True)
    else:
        yield _misfit(item, value, context, walk)


def _misfit(item: Any, value: Any, context: Mapping[str, Any], walk: _Walk) -> Mistake:
    at, here = walk.path, bare(walk.type_)
    what = f"{describe(value)} here"
    if item["type"] == "misfit":
        return Mistake(what, context["expected"], context["hint"], at, value is None)
    if isinstance(context.get("error"), ValueError):  # of a validator
        return Mistake(str(context["error"]), "", "", at)
    if get_origin(here) is Literal:
        choices = [str(choice) for choice in get_args(here) if choice != ""]
        return Mistake(what, f"one of {', '.join(choices)}", meant(str(value), choices), at, value is None)
    if is_written(here):
        return Mistake(what, words(here), "", at, value is None)
    expected = str(item["msg"]).removeprefix("Input should be ").split(",", maxsplit=1)[0]
    return Mistake(what, expected, "", at, value is None)
