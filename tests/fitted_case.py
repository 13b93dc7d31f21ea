"""The small recorded case with a fit that is made by hand: draws of its prior, pulled to one side."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from recorded_case import recorded_case

from detente.evidence.fit import PERCENTILES, Fitted, Question
from detente.evidence.kept import fit_key, write_fit
from detente.evidence.part import fit_part
from detente.evidence.recorded import RecordedCase
from detente.run import Fit
from detente.run.accounts import AnswerFit, ParameterFit

DATE = "2006-01-01"
ESS = {"relapse.5y": 120.0, "peace.10y": 150.0}
WORST = 110.0


def fitted_case(folder: Path) -> Path:
    """Write the case into a folder that does not exist yet, with a second situation, on `DATE`; returns it."""
    case = recorded_case(folder) / "case.yaml"
    situation = f"situations:\n  {DATE}: {{phase: truce, offer: none, text: none, land: middle}}\n"
    text = case.read_text("utf-8").replace("as_of: 2000-01-01", f"as_of: {DATE}")
    case.write_text(text.replace("situations:\n", situation), "utf-8")
    return folder


def made_fit(case: Path, draws: int = 40, account: str | None = None, whole: bool = False, **changed) -> Fitted:
    """A fit that was not computed: the upper third of every prior. `changed`: other values of `Fit`'s fields."""
    question = Question(str(case), DATE, account, whole)
    coordinates = question.target().coordinates
    rng = np.random.default_rng(7)
    z = np.stack([np.abs(rng.normal(size=draws)) for _ in coordinates.names], axis=1)
    values = coordinates.values(z)
    from scipy.special import ndtri

    before = coordinates.values(np.repeat(ndtri(np.array(PERCENTILES) / 100)[:, None], len(coordinates.names), axis=1))
    parameters = [
        ParameterFit(
            name=name, overlap=0.5, low=float(low), mid=float(mid), high=float(high), assumption_not_record=False,
            prior=tuple(map(float, before[:, n])), rhat=1.01, ess=WORST,
        )
        for n, (name, low, mid, high) in enumerate(
            zip(coordinates.names, *np.percentile(values, PERCENTILES, axis=0), strict=True)
        )
    ]  # fmt: skip
    answers = tuple(AnswerFit(id=id, rhat=1.002, ess=ess) for id, ess in ESS.items())
    fit = Fit(
        account=account or "the case's own ranges", date=DATE, until=DATE, whole=whole, chains=2, draws=draws,
        solves=1, accepted=0.5, rhat_max=1.002, ess_min=min(ESS.values()), refused=False, answers=answers,
        parameters=tuple(parameters),
    )  # fmt: skip
    fit = fit.model_copy(update=changed)
    return Fitted(fit, coordinates.names, values, -np.arange(draws, dtype=float), 2)


def with_fit(case: Path, name: str, fitted: Fitted, home: Path | None = None) -> None:
    """Leave a fit in the case folder (as shipped cases have theirs), or elsewhere."""
    account = None if fitted.fit.account.startswith("the case") else fitted.fit.account
    recorded = RecordedCase.open(case)
    key = fit_key(recorded, account, None if fitted.fit.whole else fitted.fit.until)
    write_fit(home or case / "fits", name, key, fit_part(recorded, fitted.fit, "detente fit"), fitted)


def bent(fitted: Fitted, **changed) -> Fitted:
    """The same with other fields of its summary."""
    return replace(fitted, fit=fitted.fit.model_copy(update=changed))
