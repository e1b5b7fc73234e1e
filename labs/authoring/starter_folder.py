"""The folder `starter` of a lab in course files: read it, and name the commit of its files in lab.yaml."""

import re
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node

from labs.grader.formats.yaml_values import compose_yaml
from labs.grader.scenarios.objects import StepError
from labs.grader.spec import SpecError, load_spec
from labs.grader.starters import FOLDER, FolderFiles, read_folder
from labs.specs import keep_starter_files
from lessons.course_files.source import AnyPath, MemoryPath, Source


def name_commit_of_folder(source: Source, folder: AnyPath) -> None:
    """Write the commit of the folder next to lab.yaml into its text; report a folder that cannot be a starter."""
    if not re.search(r"\bfolder\b", source.text):
        return
    try:
        files = files_below(folder / FOLDER)
        if files and _is_starter(source.text, files):
            source.text = set_commit(source.text, keep_starter_files(files))
    except (OSError, ValueError, StepError) as error:
        source.add(1, f"the folder {FOLDER} cannot be read: {error}")


def files_below(folder: AnyPath) -> FolderFiles | None:
    """Return the files below a folder by their paths; None if there is none. Raises OSError, ValueError."""
    return read_folder(folder) if isinstance(folder, Path) else _in_memory(folder) or None


def _in_memory(folder: MemoryPath) -> FolderFiles:
    start = f"{folder}/"
    inside = {path: data for path, data in folder.files.items() if path.startswith(start)}
    return {path.removeprefix(start): data for path, data in inside.items()}


def _is_starter(text: str, files: FolderFiles) -> bool:
    # other mistakes of the text are reported elsewhere
    try:
        return load_spec(text, files).folder is not None
    except SpecError:
        return False


def set_commit(text: str, commit: str) -> str:
    """Return a lab.yaml with this commit next to `folder` of its starter."""
    starter = _value(compose_yaml(text), "starter")
    named, folder = _value(starter, "commit"), _value(starter, "folder")
    if named is not None:
        return text[: named.start_mark.index] + commit + text[named.end_mark.index :]
    if folder is None or not isinstance(starter, MappingNode):
        return text
    at = folder.end_mark.index
    between = ", " if starter.flow_style else "\n" + " " * starter.value[0][0].start_mark.column
    return f"{text[:at]}{between}commit: {commit}{text[at:]}"


def _value(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)
