"""Many computations: settings, points, executors, progress, resume."""

from detente.draws.map import Progress, map_draws
from detente.draws.sample import uniforms
from detente.draws.settings import Settings

__all__ = ["Progress", "Settings", "map_draws", "uniforms"]
