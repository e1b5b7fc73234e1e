"""Peer review of labs. `draw.py` and `veil.py` import neither Django nor Git."""
