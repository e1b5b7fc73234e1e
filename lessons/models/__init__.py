from lessons.models.announcement import Announcement, AnnouncementRead
from lessons.models.attachment import Attachment
from lessons.models.cohort import Cohort, CourseStaff, Enrollment
from lessons.models.course import Course, FormerSlug, Lesson, LoadedFile, Session
from lessons.models.deletion import Deletion
from lessons.models.exit_ticket import ExitTicket, TicketAnswer, TicketTaker
from lessons.models.grade_change import GradeChange
from lessons.models.hook import CourseHook
from lessons.models.joining import RosterEntry, WaitingPlace
from lessons.models.live import LiveAnswer, LiveQuestion, LiveQuiz
from lessons.models.meeting import Attendance, Meeting, MeetingSignal
from lessons.models.notes import IncomingNotes, Notes, NotesDay, NotesLesson
from lessons.models.notes_drafts import ModelDraft
from lessons.models.presence import Presence
from lessons.models.quiz import Answer, Attempt, Marking, Quiz, QuizVersion
from lessons.models.quiz_times import ExtraTime, QuizDeadline, QuizExtension
from lessons.models.reading import Reading, Tick
from lessons.models.regrade import QuestionReport, QuizRegrade, RegradedAttempt
from lessons.models.repository import CourseFetch, CourseRepository
from lessons.models.search import SearchEntry, SearchWord
from lessons.models.snippet import Snippet
from lessons.models.thread import Message, Thread
from lessons.models.unused_file import UnusedFile

__all__ = [
    "Announcement",
    "AnnouncementRead",
    "Answer",
    "Attachment",
    "Attempt",
    "Attendance",
    "Cohort",
    "Course",
    "CourseFetch",
    "CourseHook",
    "CourseRepository",
    "CourseStaff",
    "Deletion",
    "Enrollment",
    "ExitTicket",
    "ExtraTime",
    "FormerSlug",
    "GradeChange",
    "IncomingNotes",
    "Lesson",
    "LiveAnswer",
    "LiveQuestion",
    "LiveQuiz",
    "LoadedFile",
    "Marking",
    "Meeting",
    "MeetingSignal",
    "Message",
    "ModelDraft",
    "Notes",
    "NotesDay",
    "NotesLesson",
    "Presence",
    "QuestionReport",
    "Quiz",
    "QuizDeadline",
    "QuizExtension",
    "QuizRegrade",
    "QuizVersion",
    "Reading",
    "RegradedAttempt",
    "RosterEntry",
    "SearchEntry",
    "SearchWord",
    "Session",
    "Snippet",
    "Thread",
    "Tick",
    "TicketAnswer",
    "TicketTaker",
    "UnusedFile",
    "WaitingPlace",
]
