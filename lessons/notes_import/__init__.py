"""Notes <-> lessons of a course: what an import would change, and doing it. Reading notes is `lessons.notes`."""
