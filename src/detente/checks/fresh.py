"""What of a run still holds: the content key that each of its parts would have if it were made today."""

from collections.abc import Mapping

from detente.case import Case
from detente.case.content import content_of

HEAD = "answers"  # the part by whose verb the head of a run is made, as long as it stands


def keys(case: Case, when: str) -> dict[str, str]:
    """Part -> its content key today; parts that are not named here have that of `HEAD`."""
    from detente.evidence.kept import files_key  # what they compute with takes seconds to load
    from detente.evidence.part import accounts_key
    from detente.settlement.part import settlement_key

    return {
        HEAD: content_of(case),
        "accounts": accounts_key(case),
        "fit": files_key(case),
        "backtest": files_key(case),
        "settlement": settlement_key(case, when),
    }


def key_now(part: str, now: Mapping[str, str]) -> str:
    """The key that a part has today."""
    return now.get(part, now[HEAD])
