"""Questions to a solved game, over draws: gain, delay, risk, prolongation, and the rest of docs/answers.md."""

from detente.answers.evaluate import evaluate
from detente.answers.model import Answers, Question
from detente.answers.registry import MAIN, QUESTIONS

__all__ = ["MAIN", "QUESTIONS", "Answers", "Question", "evaluate"]
