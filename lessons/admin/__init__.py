from lessons.admin import cohorts, courses, people, quizzes

__all__ = ["cohorts", "courses", "people", "quizzes"]
