"""The induced chain for the probabilistic model checkers PRISM and Storm.

`NAME.sm` is the chain in the PRISM language, which names its model type (`ctmc`); PRISM and Storm read it. Beside it
stand PRISM's explicit files, which keep the order of the states but cannot say what type of model they hold, so that
the type stands on the command line: `.sta` (what each state is), `.tra` (rates between states), `.lab` (which states
carry a label), `.srew` (reward per year in a state, one file per reward). `.props` has a few questions that Detente
answers too, and `variables.csv` says what the numbers in `.sta` mean.

    prism NAME.sm NAME.props                                    storm --prism NAME.sm -pc --prop NAME.props
    prism -importmodel NAME.tra,sta,lab -ctmc NAME.props        (or -importtrans, -importstates, -importlabels)

Source: PRISM manual 4.8, appendix "Explicit model files".
"""

import re
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from detente.errors import Diagnostic, OptionError
from detente.files.whole import write_text
from detente.report.export.chain import PrismModel, off_diagonal
from detente.report.export.prism_language import identifier, identifiers, language_text
from detente.run import Table

RESERVED = frozenset({"init", "deadlock"})


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
        stem.with_suffix(".sm"): language_text(model),
        stem.with_suffix(".sta"): states_text(model),
        stem.with_suffix(".tra"): transitions_text(model),
        stem.with_suffix(".lab"): labels_text(model),
        stem.with_suffix(".props"): properties_text(model),
        folder / "variables.csv": variables_text(model),
    }
    for name, reward in zip(identifiers(model.rewards), model.rewards.values(), strict=True):
        files[folder / f"{stem.name}.{name}.srew"] = rewards_text(reward)
    for path, text in files.items():
        write_text(path, text)
    return list(files)


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


def states_text(model: PrismModel) -> str:
    """The `.sta` file: header of variable names, then one tuple of codes per state."""
    lines = ["(" + ",".join(identifiers(name for name, _ in model.variables)) + ")"]
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
    own = zip(identifiers(model.labels), model.labels.items(), strict=True)
    masks.update({name: np.asarray(mask, bool) for name, (label, mask) in own if label not in RESERVED})
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
    for name in identifiers(model.labels):
        lines += [f'P=? [ F<={years} "{name}" ];' for years in (1, 5, 10)]
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
