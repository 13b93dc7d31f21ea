"""The induced chain as explicit files of the probabilistic model checker PRISM (also read by others).

A continuous-time Markov chain is four kinds of file: `.sta` (what each state is), `.tra` (rates between states), `.lab`
(which states carry a label), `.srew` (reward per year in a state, one file per reward). Written beside them: `.props`
with a few questions that Detente answers too, and `variables.csv`, which says what the numbers in `.sta` mean.

    prism -importmodel NAME.tra,sta,lab -ctmc NAME.props        (or -importtrans, -importstates, -importlabels)

Source: PRISM manual 4.8, appendix "Explicit model files".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from detente.errors import Diagnostic, OptionError
from detente.files.whole import write_text
from detente.run import Table

RESERVED = frozenset({"init", "deadlock"})


@dataclass(frozen=True)
class PrismModel:
    """A labelled chain in plain arrays; K states, V variables."""

    name: str
    variables: tuple[tuple[str, tuple[str, ...]], ...]  # name and values of each state variable
    codes: np.ndarray  # (V, K) int: index of each variable's value
    generator: sp.csr_array  # (K, K), 1/year; the diagonal is not written
    initial: int
    labels: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> (K,) bool
    rewards: Mapping[str, np.ndarray] = field(default_factory=dict)  # name -> (K,), utility/year


def write_prism(model: PrismModel, folder: Path) -> list[Path]:
    """Write the model's files into a folder.

    Args:
        model: the chain with its labels and rewards.
        folder: made if need be.

    Returns:
        The files written.

    Raises:
        OptionError: a shape is wrong, or a rate is negative or not finite.
    """
    _check(model)
    stem = folder / identifier(model.name)
    files = {
        stem.with_suffix(".sta"): states_text(model),
        stem.with_suffix(".tra"): transitions_text(model),
        stem.with_suffix(".lab"): labels_text(model),
        stem.with_suffix(".props"): properties_text(model),
        folder / "variables.csv": variables_text(model),
    }
    for name, reward in model.rewards.items():
        files[folder / f"{stem.name}.{identifier(name)}.srew"] = rewards_text(reward)
    for path, text in files.items():
        write_text(path, text)
    return list(files)


def identifier(name: str) -> str:
    """A name that PRISM accepts: letters, digits, underscores, not beginning with a digit."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"


def _check(model: PrismModel) -> None:
    k = model.codes.shape[1]
    if model.generator.shape != (k, k) or model.codes.shape != (len(model.variables), k):
        raise OptionError.of(
            f"generator {model.generator.shape} and codes {model.codes.shape}", f"({k}, {k}) and (variables, {k})"
        )
    if not 0 <= model.initial < k:
        raise OptionError.of(f"initial state {model.initial}", f"0 to {k - 1}")
    rates = off_diagonal(model.generator).data
    if not np.isfinite(rates).all() or (rates < 0).any():
        raise OptionError.of("a rate is negative or not finite", "a generator")
    for name, values in {**model.labels, **model.rewards}.items():
        if np.shape(values) != (k,):
            raise OptionError.of(f"'{name}' has shape {np.shape(values)}", f"({k},)")


def off_diagonal(generator: sp.csr_array) -> sp.coo_array:
    """Rates between different states, sorted by row and column, zeros left out."""
    found = sp.coo_array(generator)
    found.sum_duplicates()
    rows, columns = found.coords
    keep = (rows != columns) & (found.data != 0)
    rows, columns, data = rows[keep], columns[keep], found.data[keep]
    order = np.lexsort((columns, rows))
    return sp.coo_array((data[order], (rows[order], columns[order])), shape=generator.shape)


def states_text(model: PrismModel) -> str:
    """The `.sta` file: header of variable names, then one tuple of codes per state."""
    lines = ["(" + ",".join(identifier(name) for name, _ in model.variables) + ")"]
    lines += [f"{n}:({','.join(map(str, row))})" for n, row in enumerate(model.codes.T.tolist())]
    return "\n".join(lines) + "\n"


def transitions_text(model: PrismModel) -> str:
    """The `.tra` file: number of states and transitions, then `from to rate` (rates with all their digits)."""
    rates = off_diagonal(model.generator)
    rows, columns = rates.coords
    lines = [f"{model.codes.shape[1]} {rates.data.size}"]
    lines += [
        f"{i} {j} {rate!r}" for i, j, rate in zip(rows.tolist(), columns.tolist(), rates.data.tolist(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def labels_text(model: PrismModel) -> str:
    """The `.lab` file: `init`, `deadlock` and the model's own labels."""
    k = model.codes.shape[1]
    leaving = np.zeros(k, bool)
    leaving[off_diagonal(model.generator).coords[0]] = True
    masks = {"init": np.arange(k) == model.initial, "deadlock": ~leaving}
    masks.update({identifier(n): np.asarray(mask, bool) for n, mask in model.labels.items() if n not in RESERVED})
    lines = [" ".join(f'{n}="{name}"' for n, name in enumerate(masks))]
    table = np.array(list(masks.values()))
    lines += [f"{x}: {' '.join(map(str, np.flatnonzero(table[:, x])))}" for x in np.flatnonzero(table.any(axis=0))]
    return "\n".join(lines) + "\n"


def rewards_text(reward: np.ndarray) -> str:
    """A `.srew` file: number of states and of entries, then `state reward` where it is not zero."""
    where = np.flatnonzero(reward)
    return "\n".join([f"{reward.size} {where.size}", *(f"{x} {float(reward[x])!r}" for x in where)]) + "\n"


def properties_text(model: PrismModel) -> str:
    """Questions in PRISM's language that Detente answers too."""
    lines = ["// chance to reach a label by a year, from the initial state"]
    for name in model.labels:
        lines += [f'P=? [ F<={years} "{identifier(name)}" ];' for years in (1, 5, 10)]
    return "\n".join(lines) + "\n"


def variables_text(model: PrismModel) -> str:
    """What the codes in `.sta` mean, as CSV."""
    lines = ["variable,code,value"]
    lines += [f"{name},{code},{value}" for name, values in model.variables for code, value in enumerate(values)]
    return "\n".join(lines) + "\n"


def read_prism(folder: Path, name: str) -> PrismModel:
    """Read back what `write_prism` wrote (labels and rewards included).

    Raises:
        OptionError: a file is missing or not of this form.
    """
    stem = folder / identifier(name)
    try:
        text = {s: stem.with_suffix(s).read_text("utf-8").splitlines() for s in (".sta", ".tra", ".lab")}
        codes = np.array([[int(c) for c in line.split(":(")[1].rstrip(")").split(",")] for line in text[".sta"][1:]]).T
        k = int(text[".tra"][0].split()[0])
        entries = np.array([line.split() for line in text[".tra"][1:]], dtype=float).reshape(-1, 3)
        rates = sp.coo_array((entries[:, 2], (entries[:, 0].astype(int), entries[:, 1].astype(int))), shape=(k, k))
        generator = sp.csr_array(rates - sp.diags_array(np.asarray(rates.sum(axis=1)).ravel()))
        names = dict(re.findall(r'(\d+)="([^"]+)"', text[".lab"][0]))
        masks = {label: np.zeros(k, bool) for label in names.values()}
        for line in text[".lab"][1:]:
            state, numbers = line.split(":")
            for number in numbers.split():
                masks[names[number]][int(state)] = True
        rewards = {
            p.name[len(stem.name) + 1 : -5]: _read_reward(p, k) for p in sorted(folder.glob(f"{stem.name}.*.srew"))
        }
        values = _read_variables(folder / "variables.csv")
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise OptionError(
            Diagnostic(f"not a PRISM model: {error}", "the files of `write_prism`", file=str(stem))
        ) from None
    initial = int(np.flatnonzero(masks.pop("init"))[0])
    masks.pop("deadlock")
    return PrismModel(name, values, codes, generator, initial, masks, rewards)


def _read_reward(path: Path, k: int) -> np.ndarray:
    reward = np.zeros(k)
    for line in path.read_text("utf-8").splitlines()[1:]:
        state, value = line.split()
        reward[int(state)] = float(value)
    return reward


def _read_variables(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        name, _, value = line.split(",", 2)
        found.setdefault(name, []).append(value)
    return tuple((name, tuple(values)) for name, values in found.items())


def states_table(model: PrismModel) -> Table:
    """The states as a table: index, initial or not, value of each variable, labels and rewards."""
    columns = ("state", "initial", *(name for name, _ in model.variables), *model.labels, *model.rewards)
    rows = []
    for x in range(model.codes.shape[1]):
        values = [choices[int(model.codes[v, x])] for v, (_, choices) in enumerate(model.variables)]
        labels = [bool(mask[x]) for mask in model.labels.values()]
        rewards = [float(reward[x]) for reward in model.rewards.values()]
        rows.append((x, x == model.initial, *values, *labels, *rewards))
    return Table(title="States", columns=columns, rows=tuple(rows))
