"""The grading engine: reads a lab's `lab.yaml` and a Git repository, and reports what passed and what to fix."""
