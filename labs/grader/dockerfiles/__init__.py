"""What a Dockerfile and a `.dockerignore` mean, read from their text alone: nothing is built."""
