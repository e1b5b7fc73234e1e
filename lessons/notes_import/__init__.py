"""Import notes into the lessons of a course: plan the changes, then apply them. `lessons.notes` reads the notes."""
