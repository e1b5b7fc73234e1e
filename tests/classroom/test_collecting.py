"""Uploads and folders are read with limits, and no path or link leads out of them."""

import io
import stat
import zipfile

import pytest

from labs.classroom import collecting
from labs.classroom.collecting import Collector, UnreadableError
from labs.classroom.model import Reading
from tests.classroom.exported import found_in


def archive(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(
                data if isinstance(data, zipfile.ZipInfo) else name,
                "x" if isinstance(data, zipfile.ZipInfo) else data,
            )
    out.seek(0)
    return out


def collect(file, name="up.zip"):
    collector = Collector(Reading())
    collector.add_archive(name, file)
    return collector


def test_archive_keeps_files_below_its_name_and_leaves_paths_that_lead_out():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    names = {
        "ok/a.csv": b"1",
        "../out": b"2",
        "/etc/x": b"3",
        "a\\..\\b": b"4",
        "C:/x": b"5",
        "a/./b": b"6",
        "l": link,
    }
    found = collect(archive(**names, **{".git/config": b"7", "__MACOSX/x": b"8"}))
    assert found.files == {"up/ok/a.csv": b"1"}
    assert len(found.reading.findings) == 6 and "leads out of the folder" in found_in(found.reading)


def test_archive_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(collecting, "MAX_BYTES", 1 << 20)
    bomb = archive(**{f"{number}.bin": b"0" * (600 << 10) for number in range(3)})
    with pytest.raises(UnreadableError, match="more than 1 MB"):
        collect(bomb)


def test_large_file_is_left_out_and_named():
    found = collect(archive(big=b"0" * (collecting.MAX_FILE_BYTES + 1), small=b"1"))
    assert list(found.files) == ["up/small"] and "too large" in found_in(found.reading)


def test_too_many_entries_are_refused(monkeypatch):
    monkeypatch.setattr(collecting, "MAX_FILES", 3)
    with pytest.raises(UnreadableError, match="more than 3 files"):
        collect(archive(**{str(number): b"" for number in range(4)}))
    with pytest.raises(UnreadableError, match="more than 12 entries"):
        collect(archive(**{str(number): b"" for number in range(13)}))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip" * 99])
def test_file_that_is_no_archive_is_refused_in_words(data):
    with pytest.raises(UnreadableError, match="not a ZIP file"):
        collect(io.BytesIO(data))


def test_folder_is_read_without_links_and_without_the_history_of_git(tmp_path):
    folder = tmp_path / "export"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("x")
    (folder / "a.csv").write_text("1")
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    collector = Collector(Reading())
    collector.add_path(folder)
    assert collector.files == {"export/a.csv": b"1"}
    assert {each.where for each in collector.reading.findings} == {"export/link.csv", "export/loop"}
    with pytest.raises(UnreadableError, match="cannot be read"):
        collector.add_path(tmp_path / "missing.csv")
