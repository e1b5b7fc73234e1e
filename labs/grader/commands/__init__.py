"""The commands of labcheck, one module each: `add_to` declares its arguments, `run` returns the exit status."""
