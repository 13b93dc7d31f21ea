"""Many computations: settings, points, executors, progress, resume, draws that fail, and the spread of the others."""

from detente.draws.faults import DRAW_FAULTS, reasons_in_words
from detente.draws.map import Progress, map_draws
from detente.draws.sample import uniforms
from detente.draws.settings import Settings
from detente.draws.spread import ends_in_words, spread
from detente.draws.store import forget

__all__ = [
    "DRAW_FAULTS",
    "Progress",
    "Settings",
    "ends_in_words",
    "forget",
    "map_draws",
    "reasons_in_words",
    "spread",
    "uniforms",
]
