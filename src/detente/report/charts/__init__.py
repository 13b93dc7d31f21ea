"""One chart grammar for dossier, print and studio: labelled tables -> Vega-Lite specifications -> SVG, PNG or live."""

from detente.report.charts.grammar import band, bars, intervals, scatter, tornado
from detente.report.charts.render import bundle, live, png, png_size, svg, svg_file
from detente.report.charts.timeline import timeline_spec

__all__ = [
    "band",
    "bars",
    "bundle",
    "intervals",
    "live",
    "png",
    "png_size",
    "scatter",
    "svg",
    "svg_file",
    "timeline_spec",
    "tornado",
]
