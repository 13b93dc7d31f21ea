"""Text that every format can hold: what cannot be printed is shown by its number instead of getting lost."""

import re

# Control characters (but for newline and tab), marks that reorder what follows them, halves of pairs, non-characters:
# no format prints them, some (XML) refuse them, a terminal obeys them.
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
INSIDE = re.compile(r"(?<![\w./:@-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?:\.[a-z0-9_]+)*(?![\w/@-])")


def readable(text: str) -> str:
    """An identifier such as `partly_fulfilled` as words; other text as it stands."""
    return text.replace("_", " ") if IDENTIFIER.fullmatch(text) else text


def spelt(text: str) -> str:
    """A sentence with every identifier in it as words: "by minsk_cochairs" as "by minsk cochairs"."""
    return INSIDE.sub(lambda found: found.group().replace("_", " ").replace(".", ", "), text)


def visible(text: str) -> str:
    """The text with every character that cannot be printed shown as `[U+0007]`; newlines and tabs stay."""
    return HIDDEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
