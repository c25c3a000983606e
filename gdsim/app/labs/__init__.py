"""The labs: each a widget of its own, with its panels as docks."""
