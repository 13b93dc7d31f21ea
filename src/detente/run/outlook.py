"""The outside view: what past cases and simple models say beside the game, in sentences."""

from detente.run.base import Model


class Outlook(Model):
    """Sentences about base rates and about simple forecasts of terms; their numbers are quantities and tables."""

    base_rates: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
