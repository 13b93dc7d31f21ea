"""Which form a file is written in: the one asked for, or the one that the ending of its name says."""

from collections.abc import Mapping
from pathlib import Path

from detente.errors import OptionError, suggest


def form_of(form: str | None, out: str | Path | None, endings: Mapping[str, str], default: str = "") -> str:
    """The form to write.

    Args:
        form: the form asked for; None: nobody asked.
        out: the file to write; None: not said.
        endings: each form with the ending of its files, such as `{"md": ".md"}`; "" for a form that writes a folder.
        default: where neither says it.

    Raises:
        OptionError: an unknown form, an ending that no form has, or an ending that is another form's.
    """
    choices = ", ".join(endings)
    ending = Path(out).suffix.lower() if out is not None else ""
    said = next((name for name, own in endings.items() if own and own == ending), None)
    if form is None:
        if said is None and (ending or not default):
            what = f"'{out}' does not say in which form to write" if out is not None else "no form to write in"
            known = ", ".join(sorted({own for own in endings.values() if own}))
            forms = f", or one of the forms {choices}" if len(endings) > 1 else ""
            raise OptionError.of(what, f"a file that ends in {known}{forms}")
        return said or default
    if form not in endings:
        hint = suggest(form, endings)
        raise OptionError.of(f"unknown form '{form}'", f"one of {choices}", hint if hint.startswith("did") else "")
    if said is not None and said != form:
        what = f"'{out}' is the name of a {said} file, but {form} was asked for"
        raise OptionError.of(what, f"a name that ends in {endings[form]}" if endings[form] else "a folder")
    return form
