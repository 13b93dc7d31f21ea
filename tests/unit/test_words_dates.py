"""Dates that are offered in place of one that there is not."""

from detente.words.dates import nearest

DAYS = ("2003-05-19", "2005-01-27", "2006-01-31")


def test_the_nearest_day_is_offered():
    assert nearest("2004-05-05", DAYS) == "the nearest is 2005-01-27"
    assert nearest("2003-12-31", DAYS) == "the nearest is 2003-05-19"
    assert nearest("2030-01-01", DAYS) == "the nearest is 2006-01-31"


def test_no_day_is_offered_in_place_of_no_date():
    assert nearest("now", DAYS) == nearest("2004-05-05", ()) == nearest("2004-05-05", ("start",)) == ""
