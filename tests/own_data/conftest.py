from pathlib import Path

import pytest

from tests.own_data.people import make_busy_person


@pytest.fixture
def stores(settings, tmp_path) -> Path:
    """All folders with files of people."""
    for name in ("PRACTICE_ROOT", "GRADED_ROOT", "MIRROR_ROOT", "EXPORT_ROOT"):
        setattr(settings, name, tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    return tmp_path


@pytest.fixture
def busy(stores, tmp_path, db):
    return make_busy_person(tmp_path / "clone")
