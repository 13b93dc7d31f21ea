"""Game -> Equilibrium: operator, solvers, continuation, all equilibria found, certificate, derivatives."""

from detente.solve.certificate import Certificate, Status
from detente.solve.driver import solve, solve_path
from detente.solve.enumerate import EquilibriumSet, enumerate_equilibria
from detente.solve.equilibrium import Equilibrium
from detente.solve.gradient import Discounted, Reach, RestrictedMean, Sensitivity, Value, gradient
from detente.solve.operator import Operator
from detente.solve.paths import Mark
from detente.solve.periods import SimultaneousEquilibrium

__all__ = [
    "Certificate",
    "Discounted",
    "Equilibrium",
    "EquilibriumSet",
    "Mark",
    "Operator",
    "Reach",
    "RestrictedMean",
    "Sensitivity",
    "SimultaneousEquilibrium",
    "Status",
    "Value",
    "enumerate_equilibria",
    "gradient",
    "solve",
    "solve_path",
]
