"""Schema 1 of lab.yaml, used by labs from earlier years."""
