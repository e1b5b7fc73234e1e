"""The import of a classroom: writes the course that `labs.classroom` describes, its deadlines and its past marks."""
