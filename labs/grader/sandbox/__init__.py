"""Running a learner's code, confined; where that is not possible, saying so. Nothing here runs a command plainly.

What is imported from here loads on any system; `local` needs Linux.
"""

from .job import CannotBuild, Job, Limits, Ran, Sandbox, SandboxFault

__all__ = ["CannotBuild", "Job", "Limits", "Ran", "Sandbox", "SandboxFault"]
