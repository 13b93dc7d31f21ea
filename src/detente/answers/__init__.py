"""Questions to a solved game, over draws: gain, delay, risk, prolongation, and the rest of docs/answers.md."""

from detente.answers.answers import Answers
from detente.answers.catalogue import CATALOGUE, Catalogue
from detente.answers.evaluate import evaluate
from detente.answers.question import Question

QUESTIONS = CATALOGUE.questions

__all__ = ["CATALOGUE", "QUESTIONS", "Answers", "Catalogue", "Question", "evaluate"]
