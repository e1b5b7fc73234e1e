from lessons.admin import cohorts, courses, people, quiz_times, quizzes

__all__ = ["cohorts", "courses", "people", "quiz_times", "quizzes"]
