import pytest

from portal.progress.models import Certificate, CertificateRule
from tests.certificates.examples import CONTENT
from tests.factories import make_course, make_learner


@pytest.fixture
def learner(db):
    enrollment = make_learner(make_course(title="MLOps Edu"))
    CertificateRule.objects.create(course=enrollment.course)
    return enrollment


@pytest.fixture
def make_certificate(learner):
    def make(name: str = "Learner A", **fields) -> Certificate:
        return Certificate.objects.create(enrollment=learner, name=name, content=CONTENT, **fields)

    return make
