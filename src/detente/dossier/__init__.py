"""Renders runs: one document, four formats (page, Word, PDF, Markdown), and redacted copies."""

from detente.dossier.build import build
from detente.dossier.html import render_html
from detente.dossier.markdown import render_markdown
from detente.dossier.pdf import render_pdf
from detente.dossier.redact import redact
from detente.dossier.word import render_word

__all__ = ["build", "redact", "render_html", "render_markdown", "render_pdf", "render_word"]
