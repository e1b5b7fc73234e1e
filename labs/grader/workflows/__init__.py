"""The meaning of a GitHub Actions workflow, read from its text: nothing is run or fetched."""
