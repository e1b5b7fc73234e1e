"""Code shared by the readers of lessons, quizzes and course files. Imports no Django."""
