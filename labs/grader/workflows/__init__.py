"""What a GitHub Actions workflow means, read from its text alone: nothing is run, nothing is fetched."""
