from lessons.admin import cohorts, courses, quizzes

__all__ = ["cohorts", "courses", "quizzes"]
