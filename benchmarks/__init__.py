"""Measured speed: each piece of work beside the least it could cost, in turns, in one run. See README.md."""
