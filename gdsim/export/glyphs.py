"""Which fonts figures are set in, and which characters none of them has."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from gdsim.i18n import tr

_FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP",
    "Source Han Sans SC", "Source Han Sans CN", "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Yu Gothic", "Malgun Gothic",
    "Arial Unicode MS",
)  # fmt: skip
"""Fonts with Chinese, Japanese and Korean characters, as the usual systems have them."""

_MOST_TOLD = 12


def families() -> list[str]:
    """Return the font families of figures: matplotlib's own, then those that are installed for other characters.

    The generic one at the end leaves the choice to whoever shows an SVG.
    """
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _FALLBACKS if name in installed), "sans-serif"]


def lacking(texts: Iterable[str]) -> str:
    """Return a sentence on the characters of ``texts`` that no font has; empty if there are none."""
    characters = dict.fromkeys(each for text in texts for each in text if each.isprintable() and not each.isspace())
    known = _characters(tuple(families()))
    missing = [each for each in characters if ord(each) not in known]
    if not missing:
        return ""
    told = "".join(missing[:_MOST_TOLD]) + ("…" if len(missing) > _MOST_TOLD else "")
    return tr("No installed font has the characters {characters}: they are drawn as boxes.", characters=told)


@lru_cache(maxsize=4)
def _characters(names: tuple[str, ...]) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    paths = (findfont(FontProperties(family=[name])) for name in names)
    return frozenset(code for path in paths for code in get_font(path).get_charmap())
