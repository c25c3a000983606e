"""Panels: what one sets, and the transport bar."""
