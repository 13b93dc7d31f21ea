"""PRISM files: the format, the way back, and the same probabilities on both sides."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.chain import Chain
from detente.errors import OptionError
from detente.report.export import PrismModel, read_prism, write_prism


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


def test_files_have_the_published_form(tmp_path):
    files = {p.name: p.read_text("utf-8").splitlines() for p in write_prism(model(), tmp_path)}
    assert set(files) == {
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
