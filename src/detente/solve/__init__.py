"""Game -> Equilibrium: operator, solvers, continuation, all equilibria found, certificate, derivatives."""

from detente.solve.driver import solve, solve_path
from detente.solve.equilibrium import Certificate, Equilibrium, Status
from detente.solve.gradient import Discounted, Reach, RestrictedMean, Sensitivity, Value, gradient
from detente.solve.paths import Mark

__all__ = [
    "Certificate",
    "Discounted",
    "Equilibrium",
    "Mark",
    "Reach",
    "RestrictedMean",
    "Sensitivity",
    "Status",
    "Value",
    "gradient",
    "solve",
    "solve_path",
]
