"""Running a learner's code, confined; where that is not possible, saying so. Nothing here runs a command plainly."""

from .environments import CannotBuild, Environments
from .job import Job, Limits, Ran, Sandbox, SandboxFault
from .local import LocalSandbox
from .remote import RemoteSandbox

__all__ = [
    "CannotBuild",
    "Environments",
    "Job",
    "Limits",
    "LocalSandbox",
    "Ran",
    "RemoteSandbox",
    "Sandbox",
    "SandboxFault",
]
