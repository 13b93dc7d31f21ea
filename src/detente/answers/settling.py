"""What settling on the date is worth: G_i = V_i(settled(x0)) - V_i(x0), and why it may not be a question at all."""

import numpy as np

from detente.answers.frame import Frame


def gain_from_settling(values: np.ndarray, successor: np.ndarray) -> np.ndarray:
    """V_i(settled(x)) - V_i(x), shape (players, states); 0 where x is settled already."""
    return np.where(successor >= 0, values[:, np.maximum(successor, 0)] - values, 0.0)


def settled_already(frame: Frame) -> str:
    """Why settling cannot be asked about, or nothing."""
    if not frame.settled:
        return "the case names no settlement under outcomes: settle"
    return in_force(frame)


def in_force(frame: Frame) -> str:
    """That a settlement is in force, or nothing."""
    return "a settlement is in force on the date" if frame.in_peace else ""


def patrons_of(frame: Frame) -> tuple[str, ...]:
    """Those bound as `patrons`, else players of kind patron: outsiders whose consent a settlement may need."""
    bound = frame.bindings.get("patrons")
    return tuple(p for p in frame.players if p in bound) if bound else frame.of_kind("patron")
