"""From a Vega-Lite specification to SVG, PNG or a live figure, offline, through the vl-convert wheel."""

import html
import json
import re
from functools import cache, lru_cache
from typing import Any

KEPT = 256  # drawings: every verb that adds a part to a run, and every reload in the studio, draws its page again


def svg(spec: dict[str, Any], alt: str = "") -> str:
    """An SVG element for use inside HTML: scales with its container, one accessible name, no outside reference.

    Args:
        spec: Vega-Lite specification.
        alt: what the figure shows, in words; read out in place of it.
    """
    text = svg_file(spec)
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', text)
    width, height = size.groups() if size else ("640", "400")
    body = text[text.index(">") + 1 :]
    body = re.sub(
        r' aria-hidden="true"| role="graphics-[a-z]+"| aria-roledescription="[^"]*"| aria-label="[^"]*"', "", body
    )
    body = re.sub(r"(\d+\.\d{2})\d+", r"\1", body)
    name = f' role="img" aria-label="{html.escape(alt, quote=True)}"' if alt else ' aria-hidden="true"'
    return f'<svg class="chart"{name} width="{width}" height="{height}" viewBox="0 0 {width} {height}">{body}'


def svg_file(spec: dict[str, Any]) -> str:
    """A stand-alone SVG document."""
    return _drawn(json.dumps(spec))


@lru_cache(KEPT)
def _drawn(spec: str) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(spec)


def png(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """A PNG image at `scale` times the drawn size."""
    import vl_convert

    return vl_convert.vegalite_to_png(spec, scale=scale)


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG image, pixels."""
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


@cache
def bundle() -> str:
    """A JavaScript module that sets `vegaEmbed` on the window: Vega and its kin from the wheel, nothing fetched."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def live(spec: dict[str, Any], element: str) -> str:
    """JavaScript that draws the figure into the element with this id; a module script after the one with `bundle()`."""
    text = json.dumps(spec, ensure_ascii=False).replace("</", "<\\/")
    return f'vegaEmbed("#{element}", {text}, {{"actions": false, "renderer": "svg"}});'
