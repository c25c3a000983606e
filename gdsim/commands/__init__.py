"""The commands, one module for those of one kind; each adds its parsers, whose ``command`` carries it out."""
