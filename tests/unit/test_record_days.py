"""Days: coarse dates, years that no record can hold, and the dates that a text names."""

import datetime

import pytest

from detente.errors import OptionError
from detente.record.cut import read_day
from detente.record.days import exact_day, first_day, last_day, last_of, named_dates, names_later

DAY = datetime.date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 2021", ["2021-01-01"]),
        ("since September 2023 and 19 Sept. 2023", ["2023-09-01", "2023-09-19"]),
        ("September 19, 2023; the 1st of June 2022", ["2023-09-19", "2022-06-01"]),
        ("2011-06-24/25, 2020-11", ["2011-06-24", "2020-11-01"]),
        ("2019-2023, 1996-97", ["2019-01-01", "2023-01-01", "1996-01-01"]),
        ("19.9.2023, 9/2023", ["2023-09-19", "2023-09-01"]),
        ("3/4/2021 may be either", ["2021-04-03"]),
        ("see E20230919_1 and war_of_May_2024", ["2023-09-19", "2024-05-01"]),
        ("٢٠٢٣-٠٨-٠٥", ["2023-08-05"]),
        ("31.2.2020, 2020-14-01", ["2020-02-01", "2020-01-01"]),
        ("1,500 dead, 20000 displaced, no 17 of 1799", []),
        ("dismay 2020", ["2020-01-01"]),
    ],
)
def test_dates_that_a_text_names(text: str, found: list[str]) -> None:
    assert [str(day) for day in named_dates(text)] == found


def test_a_period_is_later_only_if_it_begins_later() -> None:
    assert not names_later("the round of 2023", DAY(2023, 5, 14))
    assert names_later("July 2023", DAY(2023, 5, 14))
    assert not names_later("July 2023", DAY(2023, 7, 1))


def test_what_a_coarse_date_may_mean() -> None:
    assert [str(f("2016-02")) for f in (first_day, last_day)] == ["2016-02-01", "2016-02-29"]
    assert [str(f("2016")) for f in (first_day, last_day)] == ["2016-01-01", "2016-12-31"]
    assert last_of(DAY(2016, 2, 3), "week") == DAY(2016, 2, 9)
    assert first_day("") is None and exact_day("2016-02-03") == DAY(2016, 2, 3)
    with pytest.raises(ValueError, match="'2016-02' names no day"):
        exact_day("2016-02")


@pytest.mark.parametrize("read", [first_day, last_day, exact_day])
@pytest.mark.parametrize("day", ["2205-09-20", "0025-09-20", DAY(1799, 12, 31), datetime.datetime(2101, 1, 1)])
def test_years_that_no_record_can_hold(read, day) -> None:
    with pytest.raises(ValueError, match="year outside 1800-2100"):
        read(day)


def test_a_day_as_an_option() -> None:
    assert read_day("2021-08") == DAY(2021, 8, 1)
    for wrong, words in (("yesterday", "'yesterday' is not a date"), ("", "no date"), ("2205-01-01", "outside 1800")):
        with pytest.raises(OptionError, match=words):
            read_day(wrong)
