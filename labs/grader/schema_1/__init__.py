"""Schema 1 of lab.yaml, which labs of earlier years are written in."""
