"""Continuous-time Markov chains: pure mathematics, no games."""

from detente.chain.chain import Chain

__all__ = ["Chain"]
