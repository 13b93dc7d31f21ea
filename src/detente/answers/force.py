"""Force as an outside option: what starting a war now is worth to each actor against going on, its price included."""

from detente.answers.model import Found, Frame, Meta, Question
from detente.answers.solved import Solved, move_share


class Force(Question):
    """Q(best act that leads to war) - Q(wait), at the date's state."""

    id = "force"
    title = "Is the outside option of force worth its price?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"force.{p}": Meta(f"What starting a war now is worth to {frame.name(p)}, against going on", "value", p)
            for p in frame.players
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        op, gain = solved.equilibrium.operator, solved.equilibrium.choice.gain
        here = (op.state == solved.x0) & (move_share(solved.equilibrium, solved.frame.war) > 0)
        numbers = {
            f"force.{p}": float(gain[here & (op.player == i)].max())
            for i, p in enumerate(solved.frame.players)
            if (here & (op.player == i)).any()
        }
        return Found(numbers)
