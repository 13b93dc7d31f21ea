"""Days: coarse dates, years that no record can hold, and the dates that a text names."""

import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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
        ("31.2.2020, 2020-14-01", ["2020-02-01", "2020-01-14"]),
        ("2021 December 24, 2021\N{EN DASH}12\N{EN DASH}24", ["2021-12-24"] * 2),
        ("2021\N{MINUS SIGN}12\N{MINUS SIGN}24, 2021\N{NON-BREAKING HYPHEN}12", ["2021-12-24", "2021-12-01"]),
        ("December 24th (2021); 24/Dec/2021; 24.Dec.2021; 2021/Dec/24", ["2021-12-24"] * 4),
        ("2021-Dec-24, 24. Dec. 2021, 24Dec2021; 24. 12. 2021", ["2021-12-24"] * 4),
        ("file 09-27-2021; 12.24.2021; 2021-24-12; 4-3-2021", ["2021-09-27", "2021-12-24", "2021-12-24", "2021-04-03"]),
        ("December 24-26, 2021; December 5, 7 and 9, 2021", ["2021-12-26", "2021-12-09"]),
        ("December 24 - 2 January 2022; 5 May 2021, June 2020", ["2022-01-02", "2021-05-05", "2020-06-01"]),
        ("2020, May 5 2021", ["2020-05-05", "2021-05-05"]),
        (
            "In 2021 may they march; 2021 Mayor; 2021 May; 1996\N{EN DASH}97",
            [*["2021-01-01"] * 2, "2021-05-01", "1996-01-01"],
        ),
        ("killed 24 (December 2021)", ["2021-12-01"]),
        ("1,500 dead, 20000 displaced, no 17 of 1799", []),
        ("dismay 2020", ["2020-01-01"]),
    ],
)
def test_dates_that_a_text_names(text: str, found: list[str]) -> None:
    assert [str(day) for day in named_dates(text)] == found


@given(
    st.dates(DAY(1900, 1, 1), DAY(2099, 12, 31)),
    st.permutations(["%d", "%B", "%Y"]),
    st.lists(
        st.sampled_from([" ", "-", "/", ".", ", ", " (", "\N{EN DASH}", "\N{MINUS SIGN}"]), min_size=2, max_size=2
    ),
    st.sampled_from(["", "in 2019 ", "since May 2018, "]),
)
def test_a_date_is_never_read_as_an_earlier_one(day: DAY, order: list[str], signs: list[str], before: str) -> None:
    assume(order[0] != "%B" or order[1] != "%Y")  # nobody writes December 2021 24
    assume(order[0] != "%d" or signs[0] not in (", ", " ("))  # 24, December 2021: the 24 may count something else
    assume(order[0] != "%d" or order[1] != "%Y")
    assume(order[:2] != ["%Y", "%d"] or signs[0] == " ")  # 2021-02 January: the 02 may be the month
    text = before + day.strftime(f"{order[0]}{signs[0]}{order[1]}{signs[1]}{order[2]}")
    assert day in named_dates(text)


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
