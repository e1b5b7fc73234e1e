from portal.progress.models.calendar import CalendarDeadline, CalendarFeed
from portal.progress.models.external_mark import ExternalMark

__all__ = ["CalendarDeadline", "CalendarFeed", "ExternalMark"]
