"""What the readers of lessons, quizzes and course files share. Pure: imports no Django."""
