"""Write questions as quiz Markdown: the inverse of `parsing`."""

from .question import AnyQuestion


def write_question(question: AnyQuestion) -> str:
    """Return the lines of one question, ending with a newline.

    A text that reads as quiz syntax is not escaped here: the caller must parse the result and compare.
    """
    words, _, more = question.prompt.partition("\n")
    points = "" if question.points == 1 else f" points={question.points.normalize():f}"
    pool = f" pool={question.pool}" if question.pool else ""
    skills = "".join(f" skill={name}" for name in question.skills)
    heading = f"## {words} {{#{question.key}{points}{pool}{skills}}}"
    body = [*more.strip("\n").split("\n"), ""] if more.strip() else []
    if body:
        body.insert(0, "")
    quote = [f"> {line}".rstrip() for line in question.explanation.split("\n")]
    return "\n".join([heading, *body, *question.answer_lines(), *quote, ""])


def write_front_matter(title: str, pass_mark: int, attempts: int, release: str, more: str = "") -> str:
    quoted = '"' + title.replace("\\", r"\\").replace('"', r"\"") + '"'
    rules = f"pass_mark: {pass_mark}\nattempts: {attempts}\nrelease: {release}\n{more}"
    return f"---\ntitle: {quoted}\n{rules}---\n"
