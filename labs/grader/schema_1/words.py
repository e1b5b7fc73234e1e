"""The names of schema 1 and their names in schema 2. Nothing here changes: stored versions of labs use them."""

from typing import NamedTuple


class OldKind(NamedTuple):
    """The name of a kind in schema 2, and its parameters by their old names."""

    kind: str
    keys: dict[str, str]


def _names(words: str) -> dict[str, str]:
    # from `old>new same`
    return {old: new or old for old, _, new in (word.partition(">") for word in words.split())}


def _kind(name: str, words: str) -> tuple[str, OldKind]:
    old, _, new = name.partition(">")
    return old, OldKind(new or old, _names(words))


KINDS: dict[str, OldKind] = dict(
    (
        _kind("readable", ""),
        _kind("commits", "branch>on at_least exactly at_most since"),
        _kind("commit", "at on since subject matches each touches author committer parents signed empty"),
        _kind("history", "on since subjects match>matches line in_order"),
        _kind("atomic>each_commit", "on since files_at_most one_of"),
        _kind("messages>each_commit", "branch>on matches subject_at_most forbids blank_second_line"),
        _kind("authors", "branch>on at_least by"),
        _kind("branch", "name exists"),
        _kind("branches", "exactly"),
        _kind("points_at>branch", "ref>name at"),
        _kind("start", "branch>name at of>from"),
        _kind("ahead_behind", "branch>name of>from ahead behind"),
        _kind("merged", "branch>name into by"),
        _kind("merge_order>merged", "branches>name into"),
        _kind("rebased", "branch>name onto patches>subjects patches_of>from"),
        _kind("cherry_picked", "commits onto>on in_order"),
        _kind("reverted", "commits on in_order"),
        _kind("amended", "parent subject commit>at branch>on"),
        _kind("gone", "subject matches commit>at on everywhere"),
        _kind("tag", "name annotated on message>matches at exists"),
        _kind("file", "path at exists absent>exists contains matches lacks equals lines executable"),
        _kind("renamed", "path was>from on similar_at_least"),
        _kind("data", "path value at format equals at_least at_most matches exists"),
        _kind("ignored", "path at ignored"),
        _kind("attributes", "path has at"),
        _kind("line_endings", "path are at"),
        _kind("lfs", "path at"),
        _kind("purged", "path"),
        _kind("answer", "path equals one_of line key at"),
        _kind("csv", "path at columns exactly rows_at_least rows_at_most separator"),
        _kind("notebook", "path at outputs executed"),
        _kind("object", "blob tree commit tag"),
        _kind("submodule", "path at commit url>matches"),
        _kind("subtree", "path of>from at at_least"),
        _kind("no_conflict_markers", "at"),
        _kind("no_large_files", "over"),
        _kind("no_secrets", ""),
        _kind("run", "at seconds command exit prints>matches stdin writes files since"),
        _kind("tests", "at seconds code call_seconds"),
        _kind("own_tests", "at seconds path catches_at_least reference variants equivalents command"),
        _kind("build", "at seconds imports"),
        _kind(
            "workflow",
            "path at starts_on not_on order stages artifacts permissions pinned no_secret_echoed no_injection matrix "
            "cache timeout_minutes concurrency reusable delivery environment branch>on",
        ),
        _kind(
            "dockerfile",
            "path at base_pinned not_root no_secrets dependencies_first dockerignore exposes healthcheck cmd",
        ),
        _kind("python_package", "path at import_name>imports tests_found versions_pinned"),
    )
)
NESTED = {
    ("object", "commit"): _names("parents ancestors rhombus message>matches"),
    ("object", "tag"): _names("of>marks message>matches"),
}
COMMIT, TWO, _PATH = _names("of>at"), _names("one>from other>at"), _names("path at")
ANSWERS = {
    **dict.fromkeys(("id_of", "subject_of", "author_of", "date_of"), COMMIT),
    **dict.fromkeys(("files_of", "count_of", "tags_on", "describe_of"), COMMIT),
    "branches": {},
    "tags": {},
    **dict.fromkeys(("count_between", "files_between", "merge_base_of"), TWO),
    **dict.fromkeys(("sum_in", "object_of", "ignore_rule_of"), _PATH),
    "value_in": _names("path at line matches value"),
    "lines_only_in": _names("path at not_at>from"),
    "first_match": _names("path matches on"),
}
