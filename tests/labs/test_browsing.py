"""Reading a pushed state: its folders, files and commits, and the changes since another one."""

from labs.repositories import differences
from labs.repositories.browsing import File, Folder, FolderEntry

BINARY = "There are no lines to compare, because the file is binary or empty."


def test_folders_files_and_links_are_shown_as_they_are(pushed):
    (pushed.clone.folder / "link").symlink_to("/etc/passwd")
    commit = pushed.commit(
        {"README.md": b"# Billing\n", "src/app.py": "größe = 1\n".encode(), "data": b"\0\1"}
    )
    assert pushed.at(commit) == Folder(
        [
            FolderEntry("src", "folder"),
            FolderEntry("README.md", "file", 10),
            FolderEntry("data", "file", 2),
            FolderEntry("link", "link"),
        ],
        4,
    )
    assert pushed.at(commit, "src") == Folder([FolderEntry("app.py", "file", 12)], 1)
    assert pushed.at(commit, "src/app.py") == File(12, "größe = 1\n")
    assert pushed.at(commit, "data") == File(2, None)
    assert pushed.at(commit, "link") == File(11, "/etc/passwd", is_link=True)
    absent = (
        "absent",
        "README.md/x",
        "/",
        "src/",
        "../practice.git/config",
        ".",
        "..",
        ".git",
        "link/x",
        "\0",
    )
    assert [pushed.at(commit, path) for path in absent] == [None] * len(absent)


def test_difference_names_each_file_and_what_became_of_it(pushed):
    numbered = b"".join(b"%d\n" % number for number in range(9))
    before = pushed.commit(
        {"a.md": numbered, "b.md": b"gone\n", "run.sh": b"ls\n", "now-a-link": b"x\n", "d/e": b"1\n"}
    )
    pushed.clone.git("update-index", "--chmod=+x", "run.sh")
    (pushed.clone.folder / "run.sh").chmod(0o755)
    (pushed.clone.folder / "now-a-link").unlink()
    (pushed.clone.folder / "now-a-link").symlink_to("a.md")
    after = pushed.commit(
        {"a.md": numbered.replace(b"4", b"four"), "b.md": None, "c.bin": b"\0", "d/e": None, "d/e/f": b"2\n"}
    )
    difference = pushed.compare(after, before)
    assert [(file.path, file.word, file.note) for file in difference.files] == [
        ("a.md", "Changed", ""),
        ("b.md", "Deleted", ""),
        ("c.bin", "Added", BINARY),
        ("d/e", "Deleted", ""),
        ("d/e/f", "Added", ""),
        ("now-a-link", "Now a symbolic link", ""),
        ("run.sh", "Now executable", ""),
    ]
    assert difference.count == 7
    assert difference.files[0].lines == [
        *("@@ -2,7 +2,7 @@", " 1", " 2", " 3", "-4", "+four", " 5", " 6", " 7"),
    ]
    assert "+a.md" in difference.files[5].lines
    assert pushed.compare(after, after) == differences.StateDifference([], 0)


def test_lines_that_look_like_headers_are_lines(pushed):
    """Also a name that contains a header: no name is read from git's output."""
    odd = "x\ndiff --git a/y b/y\nindex 1..2"
    before = pushed.commit({"a": b"1\n", odd: b"1\n"})
    content = b"diff --git a/x b/x\nindex 0..1\n@@ -1 +1 @@\n"
    after = pushed.commit({"a": content, odd: b"2\n"})
    first, second = pushed.compare(after, before).files
    assert first.lines[1:] == ["-1", *(f"+{line}" for line in content.decode().splitlines())]
    assert (second.path, second.lines[1:]) == (r"x\ndiff --git a/y b/y\nindex 1..2", ["-1", "+2"])
