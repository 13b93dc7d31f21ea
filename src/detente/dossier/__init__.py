"""Renders runs: one document, four formats (page, Word, PDF, Markdown), and redacted copies."""

from detente.dossier.build import build
from detente.dossier.html import render_html

__all__ = ["build", "render_html"]
