"""Run a learner's code confined, or say why that is impossible. Nothing here runs a command unconfined.

Importing this package works on any system; `local` needs Linux.
"""

from .job import CannotBuildError, Job, Limits, Ran, Sandbox, SandboxError

__all__ = ["CannotBuildError", "Job", "Limits", "Ran", "Sandbox", "SandboxError"]
