"""What `analyze` prints: the headline numbers with their intervals, what to distrust, and where the dossier is."""

from pathlib import Path

from detente.run import Quantity, Run

HEADLINES = (
    "relapse.", "peace.", "peace_time.", "base_rate", "gain_from_settling.", "delay_per_time.", "prolongation.",
    "loss_share.",
)  # fmt: skip


def summary(run: Run, folder: Path) -> str:
    """The run in some thirty lines of plain text."""
    lines = [
        f"{run.title}, {run.date}",
        f"{run.model.get('states')} states, {run.model.get('players')} players, {run.draws} draws",
    ]
    if run.solution is not None:
        found = run.solution
        lines.append(
            f"equilibrium certified: residual {found.residual:.0e}, gap {found.gap:.0e}; "
            f"{found.draws_left_out} draws left out"
        )
    width = max((len(q.label) for q in run.quantities if q.id.startswith(HEADLINES)), default=0)
    for head in HEADLINES:
        lines += [_line(q, min(width, 96)) for q in run.quantities if q.id.startswith(head) and q.id.count(".") <= 2]
    verdicts: dict[str, int] = {}
    for claim in run.claims:
        verdicts[claim.verdict] = verdicts.get(claim.verdict, 0) + 1
    if verdicts:
        lines.append("claims: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    lines += [f"! {warning}" for warning in run.warnings]
    lines.append("ranges are the 5th to 95th percentile over the stated assumptions, not confidence intervals")
    lines.append(f"dossier: {folder / 'dossier.html'}")
    return "\n".join(lines)


def _line(quantity: Quantity, width: int) -> str:
    middle = "-" if quantity.mid is None else _number(quantity.mid)
    if quantity.low is None or quantity.high is None:
        spread = f"({quantity.reason_no_interval})"
    else:
        spread = f"[{_number(quantity.low)} to {_number(quantity.high)}]"
    sign = "" if quantity.sign_share is None else f"  same sign in {quantity.sign_share:.0%} of draws"
    flag = "  depends on the choice model" if quantity.choice_value_decides else ""
    return f"  {quantity.label:<{width}}  {middle:>7} {spread}{sign}{flag}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 10 else f"{value:.1f}"
