"""Plain words for Git's complaints about a repository."""

import re

from ..words import cut, quoted, visible

# `git fsck` message IDs, then other messages of Git in the C locale
_PLAIN = (
    (r"gitmodulesSymlink", "`.gitmodules` is a symbolic link"),
    (r"gitmodules(?:Blob|Missing|Parse|Large)", "Git cannot read `.gitmodules`"),
    (r"gitmodulesName", "a submodule name in `.gitmodules` points outside its folder"),
    (r"gitmodules(?:Path|Url|Update)", "`.gitmodules` has an option or a command instead of a URL or path"),
    (r"git(?:attributes|ignore)\w*|mailmapSymlink", "a Git settings file is a symbolic link or too large"),
    (r"duplicateEntries", "a folder contains the same name twice"),
    (r"treeNotSorted", "the names in a folder are out of order"),
    (r"fullPathname|emptyName|hasDot(?:dot|git)?|largePathname", "a folder contains a name that Git forbids"),
    (r"nullSha1|badTree|missingTree|missingObject", "a folder or a commit points to an object that cannot exist"),
    (
        r"(?:missing|multiple|bad)(?:Author|Committer|Parent|Tag|Type)\w*",
        "a commit or a tag has a missing or repeated header",
    ),
    (r"(?:bad|missing|zeroPadded)\w*(?:Date|Timezone)\w*", "a commit or a tag has a malformed date"),
    (r"(?:bad|missing)\w*(?:Email|Name)", "a commit or a tag has a malformed author"),
    (r"(?:bad|zeroPadded)Filemode|nulInCommit", "a file mode or a commit message is malformed"),
    (r"nulInHeader|unterminatedHeader", "a commit or a tag has a malformed header"),
    (r"not our ref|did not send all|did not receive expected", "an object that a branch or tag needs is missing"),
    (r"bad pack header|early EOF|unexpected disconnect", "an object that a branch or tag needs is missing or damaged"),
    (r"missing or damaged|bad object|unable to read|could not (?:get|read)", "an object is missing or damaged"),
    (r"not a tree|no commit|not a commit|is a (?:blob|tree|tag|commit)\b", "an object has the wrong type"),
    (r"broken ref|bad ref", "a branch or tag is broken"),
    (r"[Cc]orrupt|inflate|malformed|bogus|invalid", "an object is damaged"),
)  # fmt: skip


def plain_words(complaint: str) -> str:
    """Return the cause in lower case without a full stop; "" if the complaint is unknown."""
    return next((words for pattern, words in _PLAIN if re.search(pattern, complaint)), "")


def own_words(complaint: str) -> str:
    return quoted(fsck_id(complaint) or cut(visible(" ".join(complaint.split())), 80))


def fsck_id(complaint: str) -> str:
    # of the first object named
    found = re.search(r"(?:object|in (?:commit|tag|tree|blob)) [0-9a-f]+: (\w+)", complaint)
    return found[1] if found else ""


def cannot_read(complaint: str) -> str:
    plain = plain_words(complaint)
    if not plain:
        return f"Git reported: {cut(visible(' '.join(complaint.split())), 200)}"
    return (
        f"Git rejects an object in the repository: {plain} ({own_words(complaint)}). "
        "Run `git fsck` there, fix what it reports, then try again."
    )
