"""Forward, backward, update; history and rewind; scenario files."""
