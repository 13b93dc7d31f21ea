"""Many computations: points, executors, progress, resume."""

from detente.draws.map import Progress, map_draws
from detente.draws.sample import uniforms

__all__ = ["Progress", "map_draws", "uniforms"]
