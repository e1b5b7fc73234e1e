"""Files of GitHub Classroom, Classroom 50 and classmoji: read them, and describe a course made of them. No Django."""
