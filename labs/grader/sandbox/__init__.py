"""Running a learner's code, confined; where that is not possible, saying so. Nothing here runs a command plainly.

What is imported from here loads on any system; `local` needs Linux.
"""

from .job import CannotBuildError, Job, Limits, Ran, Sandbox, SandboxError

__all__ = ["CannotBuildError", "Job", "Limits", "Ran", "Sandbox", "SandboxError"]
