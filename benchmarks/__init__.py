"""Measured speed: each piece of work and the least it could cost, in alternation, in one run. See README.md."""
