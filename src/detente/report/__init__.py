"""Renders runs: one document, four formats (page, Word, PDF, Markdown), and redacted copies."""

from detente.report.build import build
from detente.report.html import render_html
from detente.report.markdown import render_markdown
from detente.report.pdf import render_pdf
from detente.report.redact import redact
from detente.report.word import render_word

__all__ = ["build", "redact", "render_html", "render_markdown", "render_pdf", "render_word"]
