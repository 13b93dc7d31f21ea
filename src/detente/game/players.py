"""The players of a game, whatever the timing of moves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Players:
    """Who plays, in order."""

    players: tuple[str, ...]

    @property
    def n_players(self) -> int:
        """Number of players N."""
        return len(self.players)

    def player(self, name: str) -> int:
        """Position of a player.

        Raises:
            KeyError: no such player.
        """
        if name not in self.players:
            raise KeyError(name)
        return self.players.index(name)
