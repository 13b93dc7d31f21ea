"""Ids from names, the same way everywhere: NFC; İ to i; casefold; letters, marks and digits kept; all else "_"."""

import functools
import unicodedata

REMEMBERED = 50_000  # names; a list of a million rows repeats far fewer


@functools.lru_cache(REMEMBERED)
def slug(name: str) -> str:
    """A name as an id; "" if it holds no letter, mark or digit."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).replace("İ", "i").casefold())
    kept = "".join(sign if _is_kept(sign) else " " for sign in folded)
    return "_".join(kept.split())


def same_name(name: str) -> str:
    """What two spellings of one name have in common: letter case, composition of letters and spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


def _is_kept(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LM" or category == "Nd"
