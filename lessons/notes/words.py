"""Word lists, written as text."""


def word_list(words: str) -> list[str]:
    return words.split()
