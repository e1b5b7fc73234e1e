"""The keys and values of workflow files, and the contexts available in each place."""

from ..formats.yaml_values import Value
from . import rules
from .names import ACTIVITIES, FILTERED, LEVELS, SCOPE_LEVELS, SCOPES
from .shapes import Shape
from .wording import LISTS_OF_STEPS, Path

# Contexts and functions; each group includes the one before.
_RUN = ("github", "inputs", "vars")
_NEEDS = (*_RUN, "needs")
_MATRIX = (*_NEEDS, "strategy", "matrix")
_RUNNER = (*_MATRIX, "steps", "job", "runner", "env")
_SECRETS = (*_RUNNER, "secrets")
_STEP = (*_SECRETS, "hashFiles")

TEXT = Shape(text=True)
FILLED = Shape(text=True, empty=False)
BOOLEAN = Shape(boolean=True)
NUMBER = Shape(number=True)
SCALAR = Shape(text=True, boolean=True, number=True)
ANYTHING = Shape(anything=True)
TEXTS = Shape(items=TEXT)
ONE_OR_MORE = Shape(text=True, empty=False, items=FILLED)


def _words(*words: str) -> Shape:
    return Shape(words=words)


def _named(others: Shape, *contexts: str, **more: object) -> Shape:
    # a mapping with the author's own keys
    return Shape(others=others).within(*contexts, **more)


_DEFAULTS = {"shell": FILLED, "working-directory": FILLED}


def _event(name: str) -> Shape:
    # an event as a key of `on`: nothing, or a mapping with filters
    keys = dict.fromkeys(FILTERED.get(name, ()), ONE_OR_MORE)
    if ACTIVITIES[name]:
        types = ACTIVITIES[name]
        keys["types"] = Shape(words=types, items=_words(*types))
    if not keys:
        return Shape(null=True)
    return Shape(null=True, keys=keys, rule=rules.both_filters)


_INPUT = {"description": TEXT, "required": BOOLEAN}
_CALL_INPUT = Shape(
    keys={
        **_INPUT,
        "type": _words("string", "boolean", "number"),
        "default": SCALAR.within(*_RUN),
    },
    needed=("type",),
    rule=rules.input_default,
)
_DISPATCH_INPUT = Shape(
    keys={
        **_INPUT,
        "type": _words("string", "boolean", "number", "environment", "choice"),
        "default": SCALAR,
        "options": TEXTS,
    },
    rule=rules.input_default,
)
_SCHEDULE = Shape(
    items=Shape(
        keys={"cron": Shape(text=True, empty=False, rule=rules.cron), "timezone": FILLED},
        needed=("cron",),
    ),
    example="- cron: '0 6 * * 1'",
)
_EVENTS = {
    **{name: _event(name) for name in ACTIVITIES},
    "repository_dispatch": Shape(null=True, keys={"types": Shape(items=FILLED)}),
    "schedule": _SCHEDULE,
    "workflow_call": Shape(
        null=True,
        keys={
            "inputs": _named(_CALL_INPUT),
            "secrets": _named(Shape(null=True, keys=_INPUT)),
            "outputs": _named(
                Shape(
                    keys={"description": TEXT, "value": TEXT.within("github", "inputs", "vars", "jobs")},
                    needed=("value",),
                )
            ),
        },
    ),
    "workflow_dispatch": Shape(null=True, keys={"inputs": _named(_DISPATCH_INPUT)}),
}
_EVENT_NAME = _words(*ACTIVITIES)
ON = Shape(words=_EVENT_NAME.words, items=_EVENT_NAME, keys=_EVENTS)

PERMISSIONS = Shape(
    words=("read-all", "write-all"),
    keys={scope: _words(*SCOPE_LEVELS.get(scope, LEVELS)) for scope in SCOPES},
)


def _concurrency(*contexts: str, empty: bool) -> Shape:
    keys = {"group": FILLED, "cancel-in-progress": BOOLEAN, "queue": _words("single", "max")}
    return Shape(
        text=True, empty=empty, keys=keys, needed=("group",), contexts=contexts, rule=rules.queue_of_one
    )


_CONTAINER_KEYS = {
    "image": FILLED,
    "options": TEXT,
    "env": _named(TEXT.within(*_SECRETS)),
    "ports": Shape(items=FILLED),
    "volumes": Shape(items=FILLED),
    "credentials": Shape(
        keys={"username": FILLED, "password": FILLED}, contexts=("github", "inputs", "vars", "secrets", "env")
    ),
}
_CONTAINER = Shape(text=True, keys=_CONTAINER_KEYS, contexts=_MATRIX, rule=rules.image_named)
_SERVICE = Shape(
    text=True,
    empty=False,
    keys={**_CONTAINER_KEYS, "entrypoint": TEXT, "command": TEXT},
    rule=rules.image_named,
)

_STEP_STATUS = ("always()", "failure()", "cancelled()", "success()", "hashFiles")
_STEP_KEYS = {
    "name": TEXT.within(*_STEP),
    "id": Shape(text=True, empty=False, rule=rules.identifier),
    "if": TEXT.within(*_RUNNER, *_STEP_STATUS, condition=True),
    "continue-on-error": BOOLEAN.within(*_STEP),
    "timeout-minutes": NUMBER.within(*_STEP),
    "env": _named(TEXT, *_STEP, computed=False),
}
RUN_STEP = Shape(
    keys={
        **_STEP_KEYS,
        "run": TEXT.within(*_STEP),
        "working-directory": TEXT.within(*_STEP),
        "shell": FILLED,
    },
    needed=("run",),
)
ACTION_STEP = Shape(
    keys={
        **_STEP_KEYS,
        "uses": Shape(text=True, empty=False, rule=rules.action),
        "with": _named(TEXT, *_STEP),
    },
    needed=("uses",),
)
_PARALLEL_STEP = Shape(chosen=lambda value: _step(value, parallel=False))
PARALLEL = Shape(
    keys={"parallel": Shape(items=_PARALLEL_STEP, rule=rules.distinct_ids)}, needed=("parallel",)
)


def _step(value: Value, *, parallel: bool = True) -> Shape:
    keys = value.data if isinstance(value.data, dict) else {}
    if parallel and "parallel" in keys:
        return PARALLEL
    return ACTION_STEP if "uses" in keys else RUN_STEP


_CONDITION = ("always", "failure", "cancelled", "success")
_JOB_KEYS = {
    "name": TEXT.within(*_MATRIX),
    "needs": ONE_OR_MORE,
    "if": TEXT.within(*_NEEDS, *_CONDITION, condition=True),
    "permissions": PERMISSIONS,
    "concurrency": _concurrency(*_MATRIX, empty=False),
    "strategy": Shape(
        keys={
            "fail-fast": BOOLEAN,
            "max-parallel": NUMBER,
            "matrix": Shape(
                keys=dict.fromkeys(("include", "exclude"), Shape(items=_named(ANYTHING))),
                others=Shape(items=ANYTHING),
            ),
        },
        contexts=_NEEDS,
    ),
}
JOB = Shape(
    keys={
        **_JOB_KEYS,
        "runs-on": Shape(
            text=True,
            empty=False,
            items=FILLED,
            keys={"group": Shape(text=True, empty=False, rule=rules.runner_group), "labels": ONE_OR_MORE},
            contexts=_MATRIX,
            example="runs-on: ubuntu-latest",
        ),
        "timeout-minutes": NUMBER.within(*_MATRIX),
        "cancel-timeout-minutes": NUMBER.within(*_MATRIX),
        "continue-on-error": BOOLEAN.within(*_MATRIX),
        "container": _CONTAINER,
        "services": _named(_SERVICE, *_MATRIX, computed=False),
        "env": _named(TEXT, *_MATRIX, "secrets", computed=False),
        "environment": Shape(
            text=True,
            keys={"name": TEXT, "url": TEXT.within(*_RUNNER), "deployment": BOOLEAN},
            needed=("name",),
            contexts=_MATRIX,
        ),
        "outputs": _named(TEXT.within(*_SECRETS)),
        "defaults": Shape(keys={"run": Shape(keys=_DEFAULTS, contexts=(*_MATRIX, "env"))}),
        "steps": Shape(items=Shape(chosen=_step), rule=rules.distinct_ids),
        "snapshot": Shape(
            text=True,
            empty=False,
            keys={"image-name": FILLED, "if": TEXT.within(*_MATRIX), "version": FILLED},
            needed=("image-name",),
        ),
    },
    needed=("runs-on",),
)
CALLING_JOB = Shape(
    keys={
        **_JOB_KEYS,
        "uses": Shape(text=True, empty=False, rule=rules.called_workflow),
        "with": _named(SCALAR.within(*_MATRIX)),
        "secrets": _named(SCALAR.within(*_MATRIX, "secrets"), words=("inherit",)),
    },
    needed=("uses",),
)


def _job(value: Value) -> Shape:
    return CALLING_JOB if isinstance(value.data, dict) and "uses" in value.data else JOB


WORKFLOW = Shape(
    keys={
        "on": ON,
        "jobs": _named(Shape(chosen=_job)),
        "name": TEXT,
        "run-name": TEXT.within(*_RUN),
        "description": TEXT,
        "permissions": PERMISSIONS,
        "env": _named(TEXT, *_RUN, "secrets"),
        "defaults": Shape(keys={"run": Shape(keys=_DEFAULTS)}),
        "concurrency": _concurrency(*_RUN, empty=True),
    },
    needed=("on", "jobs"),
    rule=rules.no_deadlock,
)


def siblings(path: Path) -> tuple[str, ...]:
    """Return the keys of every kind of job, or of step, that this place may have."""
    kinds = (JOB, CALLING_JOB) if len(path) == 2 and path[0] == "jobs" else ()
    kinds = (RUN_STEP, ACTION_STEP) if len(path) > 1 and path[-2] in LISTS_OF_STEPS else kinds
    return tuple(key for kind in kinds for key in kind.keys or ())
