"""Inputs of called workflows: a caller's values replace `${{ inputs.name }}`."""

import re
from collections.abc import Mapping
from dataclasses import replace

from .model import Job, Step

_INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}", re.IGNORECASE)


def with_inputs(text: str, given: Mapping[str, str]) -> str:
    """Return the text with the given inputs filled in; others stay expressions."""
    values = {name.lower(): value for name, value in given.items()}
    return _INPUT.sub(lambda match: values.get(match[1].lower(), match[0]), text)


def step_with_inputs(step: Step, given: Mapping[str, str]) -> Step:
    return replace(
        step,
        run=with_inputs(step.run, given),
        inputs={name: with_inputs(text, given) for name, text in step.inputs.items()},
        env={name: with_inputs(text, given) for name, text in step.env.items()},
    )


def job_with_inputs(job: Job, given: Mapping[str, str]) -> Job:
    return replace(
        job,
        environment=with_inputs(job.environment, given),
        inputs={name: with_inputs(text, given) for name, text in job.inputs.items()},
        steps=tuple(step_with_inputs(step, given) for step in job.steps),
    )
