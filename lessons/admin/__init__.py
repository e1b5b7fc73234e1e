from lessons.admin import cohorts, courses, people, quiz_times, quizzes, snippets

__all__ = ["cohorts", "courses", "people", "quiz_times", "quizzes", "snippets"]
