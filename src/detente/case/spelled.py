"""A case as if its writer had written out everything by hand: `each`, then `same_as`, then `one_of`."""

from detente.case.each import write_each
from detente.case.one_of import Decision, write_one_of
from detente.case.same_as import write_same
from detente.files.mistakes import is_mapping
from detente.files.yaml import Document


def spelled_out(written: Document) -> tuple[Document, list[Decision]]:
    """The document with every entry written out, and the decisions that have alternatives.

    Places of what is written out are those of the text in the file; mistakes are among the document's diagnostics.
    """
    if not is_mapping(written.data):
        return written, []
    document = written.copy()
    write_each(document)
    write_same(document)
    return document, write_one_of(document)
