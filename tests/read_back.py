"""What a reader, or someone who looks at every byte, finds in a rendered file; written for what Detente writes."""

import base64
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt

# ---- PDF -----------------------------------------------------------------------------------------------------------

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\s")
_STRING = rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))*\)"  # brackets may stand in it in pairs
_TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|" + _STRING + rb"|<[0-9A-Fa-f]+>|/ActualText|/Alt\b|\b(?:BDC|BMC|EMC)\b", re.S)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _objects(content: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Each object's dictionary and, unpacked, its stream."""
    found: dict[int, tuple[bytes, bytes]] = {}
    at = 0
    while match := _OBJECT.search(content, at):
        end = content.index(b"endobj", match.end())
        start = content.find(b"stream", match.end(), end)
        head, stream = content[match.end() : end], b""
        if start >= 0:
            head = content[match.end() : start]
            begin = start + len(b"stream") + (2 if content[start + 6 : start + 8] == b"\r\n" else 1)
            length = int(re.search(rb"/Length (\d+)", head)[1])
            stream = content[begin : begin + length]
            stream = zlib.decompress(stream) if b"/FlateDecode" in head else stream
            end = content.index(b"endobj", begin + length)
        found[int(match[1])] = (head, stream)
        at = end
    return found


def _literal(token: bytes) -> bytes:
    """The bytes of a string of a PDF, written in brackets or as digits."""
    if token.startswith(b"<"):
        digits = token[1:-1].decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))

    def plain(found: re.Match[bytes]) -> bytes:
        mark = found[1]
        if re.fullmatch(rb"[0-7]{1,3}", mark):
            return bytes([int(mark, 8) & 255])
        return b"" if mark in (b"\n", b"\r\n") else _ESCAPES.get(mark, mark)

    return re.sub(rb"\\([0-7]{1,3}|\r\n|.)", plain, token[1:-1], flags=re.S)


def _letters(stream: bytes) -> dict[int, str]:
    """Glyphs of a font as letters."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.S):
        for glyph, letters in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            found[int(glyph, 16)] = bytes.fromhex(letters.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.S):
        for first, last, letters in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = bytes.fromhex(letters.decode()).decode("utf-16-be")
            for n in range(int(first, 16), int(last, 16) + 1):
                found[n] = start[:-1] + chr(ord(start[-1]) + n - int(first, 16))
    return found


def pdf_text(content: bytes) -> str:
    """The text on the pages, in the order in which it is set."""
    objects = _objects(content)

    def reference(head: bytes, key: bytes) -> int | None:
        found = re.search(rb"/" + key + rb" (\d+) 0 R", head)
        return int(found[1]) if found else None

    words: list[str] = []
    for head, _ in objects.values():
        if not re.search(rb"/Type\s*/Page\b(?!s)", head):
            continue
        resources = objects[reference(head, b"Resources")][0]
        listed = re.search(rb"/Font<<(.*?)>>", resources, re.S)
        fonts: dict[bytes, dict[int, str]] = {}
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed[1] if listed else b""):
            letters = reference(objects[int(number)][0], b"ToUnicode")
            fonts[name] = _letters(objects[letters][1]) if letters is not None else {}
        words += _page(objects[reference(head, b"Contents")][1], fonts)
        words.append("\n")
    return "".join(words)


def _page(stream: bytes, fonts: dict[bytes, dict[int, str]]) -> list[str]:
    """The letters of a page; where marked content says what its glyphs stand for (`ActualText`), that instead."""
    words: list[str] = []
    font: dict[int, str] = {}
    key, opened = b"", [False]  # the entry whose string comes next; for each open mark, whether it speaks for itself
    for token in _TOKEN.finditer(stream):
        if token[1]:
            font = fonts.get(token[1], {})
        elif token[0] in (b"BDC", b"BMC"):
            opened.append(key == b"spoken" or opened[-1])
            key = b""
        elif token[0] == b"EMC":
            opened.pop()
        elif token[0].startswith(b"/"):
            key = token[0]
        elif key in (b"/ActualText", b"/Alt"):
            words.append(_string(_literal(token[0])) if key == b"/ActualText" else "")
            key = b"spoken" if key == b"/ActualText" else b""
        elif not opened[-1]:
            data = _literal(token[0])
            words += [font.get(int.from_bytes(data[n : n + 2]), "") for n in range(0, len(data) - 1, 2)]
    return words


def _string(data: bytes) -> str:
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    return data.decode("utf-8", "replace")


def pdf_strings(content: bytes) -> str:
    """Every other string of a PDF: titles, words in place of pictures, places, metadata."""
    found: list[str] = []
    for head, stream in _objects(content).values():
        found += [_string(_literal(token)) for token in re.findall(_STRING + rb"|<[0-9A-Fa-f]{2,}>", head, re.S)]
        if b"/Metadata" in head or b"/XML" in head:
            found.append(html.unescape(stream.decode("utf-8", "replace")))
    return "\n".join(found)


# ---- the others ----------------------------------------------------------------------------------------------------


def docx_text(content: bytes) -> str:
    """The text of a Word document, a paragraph a line."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", xml, re.S)
    lines = []
    for paragraph in paragraphs:
        pieces = re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(br|tab|cr)\b[^>]*/>", paragraph)
        lines.append("".join({"tab": "\t"}.get(mark, "\n") if mark else html.unescape(t) for t, mark in pieces))
    return "\n".join(lines)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script")
        self.words += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def html_text(content: str) -> str:
    """The text of a page, with the words that stand for its pictures."""
    parser = _Words()
    parser.feed(content)
    return "".join(parser.words)


def markdown_words(content: str) -> str:
    """What a reader of Markdown shows."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    words = []
    for token in parser.parse(content):
        words += ["\n", *({"softbreak": " "}.get(c.type, c.content) for c in token.children or ())]
    return "".join(words)


def layers(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes of a file, of all that is packed into it, and of the texts that a reader of it sees."""
    yield content
    if depth > 3:
        return
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for item in archive.infolist():
                yield item.filename.encode("utf-8")
                yield from layers(archive.read(item.filename), depth + 1)
    if content.startswith(b"%PDF"):
        yield pdf_text(content).encode("utf-8")
        yield pdf_strings(content).encode("utf-8")
        for _, stream in _objects(content).values():
            yield from layers(stream, depth + 1)
    if content[:300].lstrip().startswith(b"<"):
        yield html.unescape(re.sub(r"<[^>]*>", "", content.decode("utf-8", "replace"))).encode("utf-8", "replace")
    for packed in re.findall(rb"base64,([A-Za-z0-9+/=]+)", content):
        yield from layers(base64.b64decode(packed), depth + 1)


def holds(content: bytes, word: str) -> bool:
    """Whether a word stands anywhere in a file, in any letter case, packed or not, in UTF-8 or UTF-16."""
    for layer in layers(content):
        lowered = layer.lower()
        forms = (word.lower().encode("utf-8"), word.lower().encode("utf-16-le"), word.lower().encode("utf-16-be"))
        if any(form in lowered for form in forms):
            return True
    return False
