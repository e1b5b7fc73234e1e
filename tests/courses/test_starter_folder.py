"""The folder `starter` of a lab: loaded from files and from Git, proved, dumped byte for byte, and changed."""

import pytest
from django.core.management import call_command

from labs.authoring.starter_folder import set_commit
from labs.grading import proofs
from labs.models import Lab, StarterFiles
from labs.repositories import starters
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError, in_memory
from lessons.course_files.whole import load_course
from lessons.models import Course
from tests.grader.test_starters import FILES, FOLDER

pytestmark = pytest.mark.django_db
COURSE = "schema: 1\nslug: started\ntitle: Started\nsessions: []\nlabs: [prices]\n"


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    lab = folder / "labs/prices"
    lab.mkdir(parents=True)
    (folder / "course.yaml").write_text(COURSE)
    (lab / "lab.yaml").write_text(FOLDER)
    (lab / "brief.md").write_text("Run it.\n")
    for name, data in FILES.items():
        path = lab / "starter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def load(folder):
    return load_course(read_course(folder))


def test_a_folder_next_to_lab_yaml_is_loaded_proved_and_dumped(course, tmp_path, settings):
    assert load(course).created
    lab = Lab.objects.get()
    assert lab.is_proved
    commit = StarterFiles.objects.get().commit
    assert f"starter: {{folder: starter, commit: {commit}}}" in lab.source
    assert lab.current.starter["refs"] == {"refs/heads/main": commit}
    assert proofs.proof_apart(lab.source).proved
    settings.PRACTICE_ROOT = tmp_path / "practice"
    (pack,) = starters._stored(lab.current).glob("*.pack")
    assert pack.stat().st_size

    dumped = tmp_path / "dumped"
    call_command("dump_course", "started", str(dumped))
    assert {path: (dumped / "labs/prices/starter" / path).read_bytes() for path in FILES} == FILES
    changes = load(dumped)
    assert (changes.created, changes.updated, changes.kept, changes.conflicts) == ([], [], [], [])


def test_a_changed_file_makes_a_new_version_and_the_same_files_the_same_commit(course):
    load(course)
    first = Lab.objects.get().current
    (course / "labs/prices/starter/more.txt").write_text("more\n")
    assert load(course).updated == [str(course / "labs/prices/lab.yaml")]
    second = Lab.objects.get().current
    assert second != first
    assert [path for path, _ in starters._changed_files(first, second)] == ["more.txt"]
    (course / "labs/prices/starter/more.txt").unlink()
    load(course)
    assert Lab.objects.get().current == first


def test_a_symbolic_link_and_a_missing_folder_are_problems(course):
    link = course / "labs/prices/starter/passwd"
    link.symlink_to("/etc/passwd")
    with pytest.raises(LoadError, match="is a symbolic link, which a starter cannot have"):
        load(course)
    link.unlink()
    (course / "labs/prices/starter").rename(course / "elsewhere")
    with pytest.raises(LoadError, match="the files of the folder are missing"):
        load(course)
    text = FOLDER.replace("folder: starter", f"folder: starter, commit: {'ab' * 20}")
    (course / "labs/prices/lab.yaml").write_text(text)
    with pytest.raises(LoadError, match="the portal has no files for commit abababa"):
        load(course)
    assert not Course.objects.filter(labs__isnull=False).exists()


def test_files_in_memory_are_read_as_those_on_disk(course):
    files = {
        path.relative_to(course).as_posix(): path.read_bytes() for path in course.rglob("*") if path.is_file()
    }
    load(course)
    changes = load_course(read_course(in_memory(files)))
    assert (changes.created, changes.updated, changes.conflicts) == ([], [], [])


def test_the_commit_is_written_next_to_the_folder():
    commit = "ab" * 20
    for text in ("starter: {folder: starter}  # ours\n", "starter:\n  folder: starter  # ours\n"):
        once = set_commit(f"title: T\n{text}", commit)
        assert commit in once
        assert set_commit(once, "cd" * 20) == once.replace(commit, "cd" * 20)
