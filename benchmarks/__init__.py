"""Benchmarks: each task and its lowest possible cost, measured in alternation in one run. See README.md."""
