"""Sessions on disk: what is kept of one, how it is written, read, listed, locked and resumed."""
