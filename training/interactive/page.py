"""One page with every picture of a training: a title and the finding above each, drawn by a library that it carries along."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import orjson
from plotly.offline import get_plotlyjs

from training.interactive.traces import figure
from training.shown import Finding

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; margin: 0 auto; max-width: 1180px; padding: 12px 20px 40px; background: #fff; }
h1 { font-size: 20px; margin: 8px 0 2px; } h2 { font-size: 17px; margin: 34px 0 2px; } p { margin: 2px 0 6px; }
.about { color: #555; } section > div { width: 100%; } nav a { margin-right: 14px; color: #0072B2; }
"""
HOW = "Point at anything for its numbers; drag to enlarge, double-click to go back."
# Plotly is 4.8 MB of text, of which a browser can unpack 1.5 MB by itself.
SCRIPT = """
const say = text => { document.getElementById("state").textContent = text; };
async function draw() {
  const packed = Uint8Array.from(atob(document.getElementById("library").textContent), sign => sign.charCodeAt(0));
  const library = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const script = document.createElement("script");
  script.textContent = library;
  document.head.appendChild(script);
  for (const place of document.querySelectorAll("section > div")) {
    const { data, layout } = JSON.parse(document.getElementById(place.id + "-numbers").textContent);
    const quiet = { responsive: true, displaylogo: false, showTips: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
    await Plotly.newPlot(place, data, layout, quiet);
  }
  say("");
}
const advice = "a browser of 2023 or later draws them, and the PNG files beside this page show the same.";
draw().catch(fault => say("The figures could not be drawn (" + fault + "); " + advice));
"""


def page(found: Sequence[Finding], title: str, accounts: str) -> str:
    """A whole HTML document. title: of the run; accounts: what was tested on."""
    sections = [Section(each.name, each.title, each.sentence, figure(each), each.key) for each in found]
    return document(title, f"On {accounts} that no model saw.", sections)


@dataclass(frozen=True)
class Section:
    """A figure of Plotly's (`data` and `layout`, as plain values) with its title and its finding; name: one word; key: how to read it."""

    name: str
    title: str
    sentence: str
    figure: Mapping[str, Any]
    key: str = ""


def document(title: str, about: str, sections: Sequence[Section]) -> str:
    """A page with these figures that carries its library along, 1.6 MB, and asks the network for nothing."""
    links = " ".join(f'<a href="#{each.name}">{escape(each.title)}</a>' for each in sections)
    drawn = "\n".join(map(_section, sections))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style></head><body>\n'
        f"<h1>{escape(title)}</h1>\n"
        f'<p class="about">{escape(about)} {HOW}</p>\n'
        f'<nav>{links}</nav>\n<p id="state">Drawing …</p>\n{drawn}\n'
        f'<script type="text/plain" id="library">{_library()}</script>\n<script>{SCRIPT}</script>\n</body></html>\n'
    )


def _section(shown: Section) -> str:
    numbers = harmless(orjson.dumps(shown.figure).decode())
    about = f'<p class="about">{escape(shown.key)}</p>' if shown.key else ""
    return (
        f'<section id="{shown.name}"><h2>{escape(shown.title)}</h2><p>{escape(shown.sentence)}</p>{about}'
        f'<div id="{shown.name}-drawn"></div>'
        f'<script type="application/json" id="{shown.name}-drawn-numbers">{numbers}</script></section>'
    )


def harmless(json: str) -> str:
    """JSON that cannot end the script element that holds it."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=1)
def _library() -> str:
    """The same bytes every time, since the time of packing is left out."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), mtime=0)).decode()
