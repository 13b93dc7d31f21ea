"""Game -> Equilibrium: operator, solvers, continuation, all equilibria found, certificate, derivatives."""

from detente.solve.driver import solve
from detente.solve.equilibrium import Certificate, Equilibrium, Status

__all__ = ["Certificate", "Equilibrium", "Status", "solve"]
