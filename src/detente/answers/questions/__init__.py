"""One file per question; each has one object `QUESTION`. A new question is one more file."""

from detente.files.scan import scan

MODULES = scan(__name__)
