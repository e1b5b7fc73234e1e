"""The metadata and layout of a Python project, read from its files: nothing is imported or built."""
