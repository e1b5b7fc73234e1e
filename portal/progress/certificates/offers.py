"""The words of the link to a certificate, on home and on the outline of a course."""

from lessons.models import Enrollment
from lessons.queries import OpenCourse
from portal.progress.models import Certificate, CertificateRule


def offer_certificate(reader: OpenCourse, enrollment: Enrollment, *, is_passed: bool) -> str:
    """Return the words of the link, "" while there is nothing to show: before the course is passed or over.

    No query in that time, at most two then.
    """
    is_over = bool(enrollment.cohort_id and enrollment.cohort.is_over)
    if not (is_passed or is_over):
        return ""
    if Certificate.objects.filter(enrollment=enrollment, replaced_by=None).exists():
        return "Open your certificate"
    if not CertificateRule.objects.filter(course=reader.course).exists():
        return ""
    return "Get your certificate" if is_passed else "See what you need for it"
