"""Names of the parts of a workflow file, for sentences."""

from ..words import quoted

Path = tuple[str | int, ...]
EMPTY = "nothing"
KEYS = "a mapping"
LISTS_OF_STEPS = ("steps", "parallel")


def label(path: Path) -> str:
    """Name a mapping for the start of a sentence: "Step 2 of job `test`"."""
    match path:
        case ():
            return "The file"
        case ("jobs", str(job)):
            return f"Job {quoted(job)}"
        case ("jobs", str(job), "steps", int(number)):
            return f"Step {number} of job {quoted(job)}"
        case (*_, str(key), int(number)):
            return f"Step {number} of `parallel`" if key == "parallel" else f"Item {number} of {quoted(key)}"
    return quoted(str(path[-1]))


def name_of(path: Path) -> str:
    """Name a value for the middle of a sentence: "`shell` of step 2 of job `test`"."""
    keys = path[:-1] if path and isinstance(path[-1], int) and path[-2] not in LISTS_OF_STEPS else path
    if len(keys) < 2 or keys[-2] in ("on", "jobs") or isinstance(keys[-1], int):
        called = label(keys)
        return called if called.startswith("`") else called[0].lower() + called[1:]
    around = name_of(keys[:-1])
    return f"{quoted(str(keys[-1]))} of {around}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
