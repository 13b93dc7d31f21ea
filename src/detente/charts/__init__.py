"""One chart grammar for dossier, print and studio: labelled tables -> Vega-Lite specifications -> SVG, PNG or live."""

from detente.charts.grammar import band, intervals
from detente.charts.render import bundle, live, png, svg, svg_file

__all__ = ["band", "bundle", "intervals", "live", "png", "svg", "svg_file"]
