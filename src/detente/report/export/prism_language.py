"""The induced chain in the PRISM language: one module whose commands are the rates of every reachable state.

The file begins with the type of the model, `ctmc`: without it PRISM takes a model for a Markov decision process. Storm
reads this language too, but not PRISM's explicit files, which do not say their type.

    prism NAME.sm NAME.props
    storm --prism NAME.sm -pc --prop NAME.props

Source: PRISM manual 4.8, "The PRISM Language": Model Type, Modules And Variables, Commands, CTMCs, Labels, Rewards.
"""

import re
from collections.abc import Iterable

import numpy as np

from detente.report.export.chain import PrismModel, off_diagonal

# Words that the language keeps for itself; a name that is one of them gets an underscore behind.
KEYWORDS = frozenset(
    """
    A bool clock const ctmc C double dtmc E encapsulate endinit endinvariant endmodule endobservables endrewards
    endsystem false formula filter func F global G init invariant I int label max mdp min module X nondeterministic
    observable observables of pareto Pmax Pmin P pomdp popta pta probabilistic prob rate rewards Rmax Rmin R S
    stochastic system true U W
    """.split()  # noqa: SIM905 - a list of fifty quoted words is harder to read
)


def identifier(name: str) -> str:
    """A name that PRISM accepts: letters, digits, underscores, not beginning with a digit, no word of the language."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"
    return f"{plain}_" if plain in KEYWORDS else plain


def identifiers(names: Iterable[str]) -> list[str]:
    """Names that PRISM accepts, each another one."""
    found: list[str] = []
    for name in names:
        plain, number = identifier(name), 2
        while plain in found:
            plain, number = f"{identifier(name)}_{number}", number + 1
        found.append(plain)
    return found


def language_text(model: PrismModel) -> str:
    """The `.sm` file: model type, variables with their initial values, a command per state, labels, rewards."""
    names = identifiers(name for name, _ in model.variables)
    rates = off_diagonal(model.generator)
    rows, columns = rates.coords
    guards = [_guard(names, codes) for codes in model.codes.T]
    lines = ["ctmc", "", f"module {identifier(model.name)}"]
    for v, (name, values) in enumerate(model.variables):
        first = int(model.codes[v, model.initial])
        meaning = ", ".join(f"{code} {value}" for code, value in enumerate(values))
        lines.append(f"  {names[v]} : [0..{max(len(values) - 1, 1)}] init {first}; // {_remark(f'{name}: {meaning}')}")
    starts = np.searchsorted(rows, np.arange(model.codes.shape[1] + 1))
    for x in range(model.codes.shape[1]):
        moves = [
            f"{float(rates.data[n])!r} : {_update(names, model.codes[:, x], model.codes[:, columns[n]])}"
            for n in range(starts[x], starts[x + 1])
        ]
        if moves:
            lines.append(f"  [] {guards[x]} -> {' + '.join(moves)};")
    lines += ["endmodule", ""]
    for label, mask in zip(identifiers(model.labels), model.labels.values(), strict=True):
        states = [f"({guards[x]})" for x in np.flatnonzero(mask)]
        lines.append(f'label "{label}" = {" | ".join(states) or "false"};')
    for reward, values in zip(identifiers(model.rewards), model.rewards.values(), strict=True):
        entries = [f"  {guards[x]} : {float(values[x])!r};" for x in np.flatnonzero(values)]
        lines += ["", f'rewards "{reward}"', *(entries or ["  true : 0;"]), "endrewards"]
    return "\n".join(lines) + "\n"


def _guard(names: list[str], codes: np.ndarray) -> str:
    return "&".join(f"{name}={int(code)}" for name, code in zip(names, codes, strict=True)) or "true"


def _update(names: list[str], before: np.ndarray, after: np.ndarray) -> str:
    changed = [f"({n}'={int(b)})" for n, a, b in zip(names, before, after, strict=True) if a != b]
    return "&".join(changed) or "true"


def _remark(text: str) -> str:
    """Text for a remark: on one line."""
    return " ".join(text.split())
