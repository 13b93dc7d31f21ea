"""One chart grammar for dossier, print and studio: labelled tables -> Vega-Lite specifications -> SVG, PNG or live."""

from detente.charts.grammar import band, bars, intervals, scatter, tornado
from detente.charts.render import bundle, live, png, svg, svg_file
from detente.charts.timeline import timeline_spec

__all__ = [
    "band",
    "bars",
    "bundle",
    "intervals",
    "live",
    "png",
    "scatter",
    "svg",
    "svg_file",
    "timeline_spec",
    "tornado",
]
