from portal.progress.models.calendar import CalendarDeadline, CalendarFeed
from portal.progress.models.certificate import Certificate, CertificateRule
from portal.progress.models.classroom import ClassroomCourse, ClassroomImport, WaitingMark
from portal.progress.models.external_mark import ExternalMark
from portal.progress.models.inquiry import Inquiry
from portal.progress.models.override import Override, PendingGradeNotice
from portal.progress.models.own_data import DataExport, Leaving
from portal.progress.models.reminder import ReminderTurn
from portal.progress.models.staff_note import StaffNote
from portal.progress.models.stuck import StuckMark

__all__ = [
    "CalendarDeadline",
    "CalendarFeed",
    "Certificate",
    "CertificateRule",
    "ClassroomCourse",
    "ClassroomImport",
    "DataExport",
    "ExternalMark",
    "Inquiry",
    "Leaving",
    "Override",
    "PendingGradeNotice",
    "ReminderTurn",
    "StaffNote",
    "StuckMark",
    "WaitingMark",
]
