"""What `analyze` prints: the headline numbers with their intervals, what to distrust, and where the dossier is."""

from pathlib import Path

from detente.run import Quantity, Run

HEADLINES = (
    "relapse", "fighting", "peace", "peace_time", "base_rate", "gain_from_settling", "delay_per_time", "prolongation",
    "loss_share",
)  # fmt: skip
LEFT_OUT = ("prolongation_variants",)  # questions whose numbers would crowd the summary out


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
        if found.equilibria_found is not None:
            lines.append(f"at most {found.equilibria_found} equilibria found in one draw; there may be more")
    shown = [q for head in HEADLINES for q in run.family(head) if q.question not in LEFT_OUT]
    width = max((len(q.label) for q in shown), default=0)
    lines += [_line(q, min(width, 96)) for q in shown]
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
    if quantity.signed and quantity.mid == 0 and quantity.sign_share is None:
        return f"  {quantity.label:<{width}}  no effect {spread}"
    sign = "" if quantity.sign_share is None else f"  same sign in {quantity.sign_share:.0%} of draws"
    flag = "  depends on the choice model" if quantity.choice_value_decides else ""
    return f"  {quantity.label:<{width}}  {middle:>7} {spread}{sign}{flag}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 10 else f"{value:.1f}"
