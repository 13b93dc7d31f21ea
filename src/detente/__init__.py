"""Detente: an open workbench for mediated peace processes."""

__version__ = "0.1.0"
