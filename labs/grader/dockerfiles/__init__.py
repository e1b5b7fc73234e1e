"""The meaning of a Dockerfile and a `.dockerignore`, read from their text: nothing is built."""
