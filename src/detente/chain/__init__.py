"""Continuous-time Markov chains: pure mathematics, no games."""

from detente.chain.model import Chain

__all__ = ["Chain"]
