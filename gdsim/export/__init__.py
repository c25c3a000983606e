"""Tables and figures of a run, written to files; no Qt."""
