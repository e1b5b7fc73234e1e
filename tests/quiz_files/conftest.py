import pytest

from tests.authoring.conftest import make_instructor
from tests.factories import make_course, make_session


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "images"


@pytest.fixture
def course(db):
    course = make_course("mlops")
    make_session(course, slug="one", title="Evening one", position=1)
    make_session(course, slug="two", title="Evening two", position=2)
    return course


@pytest.fixture
def staff(client, course):
    """The browser of an instructor of the course."""
    client.force_login(make_instructor(course))
    return client
