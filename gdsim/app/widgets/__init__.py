"""Widgets of the window that show a run in two dimensions, and fields that set numbers."""
