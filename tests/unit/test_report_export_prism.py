"""PRISM files: the format, the way back, and the same probabilities on both sides."""

import os
import re
import subprocess

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.chain import Chain
from detente.errors import OptionError
from detente.report.export import PrismModel, read_prism, write_prism
from detente.report.export.prism_language import identifiers, language_text


def model(seed: int = 3, k: int = 6) -> PrismModel:
    rng = np.random.default_rng(seed)
    rates = rng.exponential(1.0, (k, k)) * (rng.random((k, k)) < 0.5)
    np.fill_diagonal(rates, 0)
    rates[k - 1] = 0  # absorbing
    rates[0, 1], rates[1, k - 1] = 0.3, 0.2
    generator = sp.csr_array(rates - np.diag(rates.sum(axis=1)))
    codes = np.array([np.arange(k) // 3, np.arange(k) % 3])
    variables = (("phase", ("war", "interim", "peace")[: k // 3 + 1]), ("talks", ("none", "open", "on, off")))
    labels = {"peace": np.arange(k) == k - 1, "tense-time": np.arange(k) % 2 == 0}
    return PrismModel(
        "a case", variables, codes, generator, 0, labels, {"north": rng.normal(size=k), "south": np.zeros(k)}
    )


def rates_of(text: str, codes: np.ndarray) -> np.ndarray:
    """The rates that a model in the PRISM language says, state by state, read without the writer's help."""
    k = codes.shape[1]
    names = re.findall(r"^  (\w+) : \[", text, re.M)
    place = {tuple(codes[:, x]): x for x in range(k)}
    rates = np.zeros((k, k))
    for guard, moves in re.findall(r"^  \[\] (\S+) -> (.*);$", text, re.M):
        here = {name: int(code) for name, code in (part.split("=") for part in guard.split("&"))}
        for move in moves.split(" + "):
            rate, update = move.split(" : ")
            there = here | {n: int(c) for n, c in re.findall(r"\((\w+)'=(\d+)\)", update)}
            rates[place[tuple(here[n] for n in names)], place[tuple(there[n] for n in names)]] += float(rate)
    return rates


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([3, 6, 9]))
def test_the_model_in_the_language_names_its_type_and_holds_every_rate(seed, k):
    one = model(seed, k)
    text = language_text(one)
    assert text.splitlines()[0] == "ctmc"  # without it PRISM takes it for a Markov decision process
    off = np.where(np.eye(k, dtype=bool), 0.0, one.generator.toarray())
    assert np.array_equal(rates_of(text, one.codes), off)
    assert "np." not in text
    assert re.findall(r"^(\w+)", text, re.M)[1] == "module"
    peace = re.search(r'^label "peace" = (.*);$', text, re.M)[1]
    assert peace == "(" + "&".join(f"{n}={c}" for n, c in zip(("phase", "talks"), one.codes[:, -1])) + ")"
    assert 'label "tense_time"' in text
    block = text[text.index('rewards "north"') :].split("endrewards")[0]
    assert [float(line.split(" : ")[1].rstrip(";")) for line in block.splitlines()[1:] if line] == [
        float(v) for v in one.rewards["north"] if v
    ]
    assert "  true : 0;" in text[text.index('rewards "south"') :]


def test_names_are_ones_that_the_language_accepts_and_keeps_apart():
    assert identifiers(["phase", "Phase 2", "phase-2", "phase_2", "2nd", "init", "P", ""]) == [
        "phase", "Phase_2", "phase_2", "phase_2_2", "_2nd", "init_", "P_", "_"
    ]  # fmt: skip


@pytest.mark.peer
def test_storm_gives_the_probabilities_that_the_chain_gives(tmp_path):
    """With DETENTE_STORM: a Python with stormpy (2.0 was tried)."""
    python = os.environ.get("DETENTE_STORM")
    if not python:
        pytest.skip("DETENTE_STORM names no Python with stormpy")
    one = model()
    write_prism(one, tmp_path)
    script = (
        "import stormpy, sys; p = stormpy.parse_prism_program(sys.argv[1], prism_compatibility=True); "
        "q = stormpy.parse_properties('P=? [ F<=5 \"peace\" ]', p); m = stormpy.build_model(p, q); "
        "print(stormpy.model_checking(m, q[0]).get_value(m.initial_states[0]))"
    )
    done = subprocess.run([python, "-c", script, tmp_path / "a_case.sm"], capture_output=True, check=True, text=True)
    ours = Chain(one.generator).reach_probability(one.labels["peace"], np.array([5.0]))[0, one.initial]
    assert float(done.stdout.split()[-1]) == pytest.approx(float(ours), abs=1e-5)


def test_files_have_the_published_form(tmp_path):
    files = {p.name: p.read_text("utf-8").splitlines() for p in write_prism(model(), tmp_path)}
    assert set(files) == {
        "a_case.sm",
        "a_case.sta",
        "a_case.tra",
        "a_case.lab",
        "a_case.props",
        "variables.csv",
        "a_case.north.srew",
        "a_case.south.srew",
    }
    assert files["a_case.sta"][:3] == ["(phase,talks)", "0:(0,0)", "1:(0,1)"]
    states, transitions = map(int, files["a_case.tra"][0].split())
    assert states == 6
    assert len(files["a_case.tra"]) == transitions + 1
    entries = [line.split() for line in files["a_case.tra"][1:]]
    assert entries == sorted(entries, key=lambda e: (int(e[0]), int(e[1])))
    assert all(i != j and float(rate) > 0 for i, j, rate in entries)
    assert files["a_case.lab"][0] == '0="init" 1="deadlock" 2="peace" 3="tense_time"'
    assert files["a_case.lab"][1] == "0: 0 3"
    assert files["a_case.lab"][-1] == "5: 1 2"
    assert files["a_case.south.srew"] == ["6 0"]
    assert 'P=? [ F<=5 "peace" ];' in files["a_case.props"]
    assert "phase,1,interim" in files["variables.csv"]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([3, 6, 9]))
def test_reading_back_gives_the_same_chain_to_the_last_digit(tmp_path_factory, seed, k):
    one = model(seed, k)
    folder = tmp_path_factory.mktemp("prism")
    write_prism(one, folder)
    two = read_prism(folder, "a case")
    assert two.initial == one.initial
    assert np.array_equal(two.codes, one.codes)
    assert two.variables[1] == one.variables[1]
    off = ~np.eye(k, dtype=bool)
    assert np.array_equal(two.generator.toarray()[off], one.generator.toarray()[off])
    assert np.array_equal(two.labels["peace"], one.labels["peace"])
    assert np.array_equal(two.rewards["north"], one.rewards["north"])


def test_the_files_give_the_probabilities_that_the_chain_gives(tmp_path):
    one = model()
    write_prism(one, tmp_path)
    two = read_prism(tmp_path, "a case")
    times = np.array([0.5, 1.0, 5.0])
    ours = Chain(one.generator).reach_probability(one.labels["peace"], times)[:, one.initial]
    theirs = Chain(two.generator).reach_probability(two.labels["peace"], times)[:, two.initial]
    assert ours == pytest.approx(theirs, abs=1e-13)
    assert 0 < ours[0] < ours[2] < 1


def test_mistakes_are_refused(tmp_path):
    from dataclasses import replace

    good = model()
    with pytest.raises(OptionError, match=r"initial state 9"):
        write_prism(replace(good, initial=9), tmp_path)
    with pytest.raises(OptionError, match=r"'bad' has shape \(2,\)"):
        write_prism(replace(good, labels={"bad": np.ones(2, bool)}), tmp_path)
    with pytest.raises(OptionError, match="negative"):
        write_prism(replace(good, generator=sp.csr_array(-good.generator)), tmp_path)
    with pytest.raises(OptionError, match="codes"):
        write_prism(replace(good, codes=good.codes[:1]), tmp_path)
    with pytest.raises(OptionError, match="not a PRISM model"):
        read_prism(tmp_path, "nothing here")
