"""What a Python project says about itself, read from its files alone: nothing is imported, nothing is built."""
