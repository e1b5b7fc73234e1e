"""Small repositories that a lab.yaml describes step by step, so that a lab can prove its own checks.

A scenario is a list of steps, each one word of Git with its options (see `steps`). They are run on a model in memory
(`world`), without Git and without a working tree; `Scenario.build` writes the result as a bare repository. IDs are
the same each time.
"""

from .reading import Scenario, read_scenarios

__all__ = ["Scenario", "read_scenarios"]
