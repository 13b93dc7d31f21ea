"""Game -> Equilibrium: operator, solvers, continuation, all equilibria found, certificate, derivatives."""

from detente.solve.driver import solve, solve_path
from detente.solve.equilibrium import Certificate, Equilibrium, Status
from detente.solve.paths import Mark

__all__ = ["Certificate", "Equilibrium", "Mark", "Status", "solve", "solve_path"]
