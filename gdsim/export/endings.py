"""The endings of files that are made of scenarios: it imports nothing, so that the commands' help stays quick."""

from __future__ import annotations

GIF = ".gif"
PICTURES = (".png", ".svg", ".pdf")
FILMS = (".mp4", GIF)
DOCUMENTS = (".ipynb", ".py")
