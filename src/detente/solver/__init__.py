"""Game -> Equilibrium: operator, solvers, continuation, all equilibria found, certificate, derivatives."""

from detente.solver.certificate import Certificate, Status
from detente.solver.driver import solve, solve_path
from detente.solver.enumerate import EquilibriumSet, enumerate_equilibria
from detente.solver.equilibrium import Equilibrium
from detente.solver.flat import FlatGame
from detente.solver.gradient import Discounted, Reach, RestrictedMean, Sensitivity, Value, gradient
from detente.solver.operator import Operator
from detente.solver.paths import Mark
from detente.solver.periods import SimultaneousEquilibrium

__all__ = [
    "Certificate",
    "Discounted",
    "Equilibrium",
    "EquilibriumSet",
    "FlatGame",
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
