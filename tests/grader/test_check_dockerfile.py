import pytest

from labs.grader.dockerfiles.ignoring import left_out
from labs.grader.dockerfiles.reading import read_dockerfile
from labs.grader.report import Outcome
from labs.grader.spec import SpecError

GOOD = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache \\
    # kept between builds
    pip install --prefix=/install \\
    -r requirements.txt

FROM python:${PYTHON}-slim
COPY --from=build /install /usr/local
COPY . .
RUN useradd --create-home app
USER app
EXPOSE 8000
HEALTHCHECK --interval=30s CMD curl --fail http://localhost:8000/ || exit 1
CMD ["python", "-m", "app"]
"""


@pytest.fixture
def ask(repo):
    def ask(text, rest="", **files):
        repo.put("Dockerfile", text)
        for name, content in files.items():
            repo.put(f".{name}", content)
        repo.commit()
        return repo.ask(f"dockerfile: {{{rest}}}")

    return ask


PASSES = [
    "",
    "base_pinned: tag",
    "not_root: true",
    "no_secrets: true",
    "dependencies_first: true",
    "dockerignore: true",
    "dockerignore: [.venv, data/raw.csv]",
    "exposes: 8000",
    "healthcheck: true",
    "cmd: exec-form",
]
NEEDS_WORK = ["base_pinned: digest", "dockerignore: [src/app.py]", "exposes: 80"]


def test_each_question_is_answered(repo, lab):
    repo.put("Dockerfile", GOOD)
    repo.put(".dockerignore", ".git\n.env\n.venv\ndata/*.csv\n")
    repo.commit()
    questions = [*PASSES, *NEEDS_WORK]
    report = repo.grade(lab(*(f"dockerfile: {{{rest}}}" for rest in questions)))
    passed = [
        rest for rest, result in zip(questions, report.results, strict=True) if result.outcome == "passed"
    ]
    assert passed == PASSES
    assert {result.outcome.value for result in report.results} == {"passed", "needs_work"}


SMALL = "FROM python:3.12\n"


@pytest.mark.parametrize(
    ("text", "rest", "why", "line"),
    [
        (
            "FROM python\n",
            "base_pinned: tag",
            "The base `python` has no tag, so it is the newest of each day.",
            1,
        ),
        (
            "ARG V=latest\nFROM python:$V\n",
            "base_pinned: tag",
            "The tag of the base `python:latest` (written `python:$V`) is the newest of each day.",
            2,
        ),
        (
            "ARG BASE\nFROM $BASE\n",
            "base_pinned: tag",
            "`$BASE` has no value: its `ARG` has no default.",
            2,
        ),
        (
            "FROM localhost:5000/python\n",
            "base_pinned: tag",
            "The base `localhost:5000/python` has no tag, so it is the newest of each day.",
            1,
        ),
        (
            SMALL,
            "base_pinned: digest",
            "The tag of the base `python:3.12` can be moved to another image.",
            1,
        ),
        (SMALL, "not_root: true", "The image runs as root. No `USER` is in its final stage.", 1),
        (f"{SMALL}USER app\nUSER 0:0\n", "not_root: true", "The image runs as root.", 3),
        (
            f"{SMALL}USER app\n{SMALL}CMD x\n",
            "not_root: true",
            "The image runs as root. No `USER` is in its final stage.",
            4,
        ),
        (
            f"{SMALL}ENV DB_PASSWORD=abc\n",
            "no_secrets: true",
            "`ENV DB_PASSWORD` brings a credential into the image: its value stays in the image.",
            2,
        ),
        (
            f"{SMALL}ARG NPM_TOKEN\n",
            "no_secrets: true",
            "`ARG NPM_TOKEN` brings a credential into the image: its value stays in the history of the image.",
            2,
        ),
        (
            f"{SMALL}COPY app.py .env ./\n",
            "no_secrets: true",
            "`COPY` brings `.env` into the image; a later `RUN rm` leaves it in its layer.",
            2,
        ),
        (
            f"{SMALL}COPY . .\nRUN pip install -r requirements.txt\n",
            "dependencies_first: true",
            "All code is copied before `RUN` at line 3 installs the dependencies, so each change of the code "
            "installs them again.",
            2,
        ),
        (f"{SMALL}COPY . .\n", "dependencies_first: true", "No `RUN` installs dependencies.", 1),
        (f"{SMALL}EXPOSE 80\n", "exposes: 8000", "The image does not say that it listens on port 8000.", 2),
        (
            f"{SMALL}HEALTHCHECK NONE\n",
            "healthcheck: true",
            "Docker cannot see whether the container works: there is no `HEALTHCHECK`.",
            2,
        ),
        (
            f"{SMALL}CMD python app.py\n",
            "cmd: exec-form",
            "`CMD` starts a shell, which does not pass the signal to stop on.",
            2,
        ),
        (SMALL, "cmd: exec-form", "The image does not say what it starts.", 1),
        ("FRM python\n", "", "`FRM` is no instruction of Docker. Did you mean `FROM`?", 1),
        ("RUN x\nFROM a:1\n", "", "`RUN` stands before the first `FROM`.", 1),
        ("# nothing\n", "", "The Dockerfile has no `FROM`.", 1),
        ("FROM\n", "", "`FROM` has nothing behind it.", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_line(ask, text, rest, why, line):
    result = ask(text, rest)
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, why)
    assert result.evidence[0].line == line
    assert result.expected and result.found and "git add -- Dockerfile" in result.fix


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"{SMALL}USER 1000\n", "not_root: true"),
        (f"{SMALL}ARG U=app\nUSER $U\n", "not_root: true"),
        ("FROM python:3.12 AS base\nUSER app\nFROM base\nCMD x\n", "not_root: true"),
        ("FROM gcr.io/distroless/python3:nonroot\n", "not_root: true"),
        ("FROM scratch\nCOPY x /\n", "base_pinned: digest"),
        ("FROM python:3.12 AS a\nFROM a\n", "base_pinned: tag"),
        ("FROM --platform=linux/amd64 python:3.12 AS a\n", "base_pinned: tag"),
        ("FROM python@sha256:" + "a" * 64, "base_pinned: digest"),
        (f"{SMALL}RUN --mount=type=secret,id=token pip install x\n", "no_secrets: true"),
        (f"{SMALL}ENV TOKEN_FILE=/run/secrets/token PASSWORD_MIN_LENGTH=8\n", "no_secrets: true"),
        (f"{SMALL}COPY .env.example ./\n", "no_secrets: true"),
        (f"{SMALL}COPY package*.json ./\nRUN npm ci\nCOPY . .\n", "dependencies_first: true"),
        (
            f"{SMALL}RUN --mount=type=bind,source=requirements.txt,target=r.txt pip install -r r.txt\nCOPY . .\n",
            "dependencies_first: true",
        ),
        (
            f"{SMALL}COPY pyproject.toml .\nRUN <<EOF\npip install .\nEOF\nCOPY . .\n",
            "dependencies_first: true",
        ),
        (f"{SMALL}EXPOSE 7000-9000/tcp\n", "exposes: 8000"),
        (f"{SMALL}ARG PORT=8000\nEXPOSE ${{PORT}}\n", "exposes: 8000"),
        (f'{SMALL}ENTRYPOINT ["a"]\nCMD ["b", "c"]\n', "cmd: exec-form"),
    ],
)
def test_what_is_in_order(ask, text, rest):
    assert ask(text, rest).outcome is Outcome.PASSED


TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36))


@pytest.mark.parametrize(
    "line", [f"RUN git clone https://{TOKEN}@host/x", "ENV API_KEY=s3cr3t-v4lue", "ARG PASSWORD=hunter22"]
)
def test_a_credential_is_never_shown(ask, line):
    secret = line.split("=")[-1] if "=" in line else TOKEN
    for rest in ("no_secrets: true", "not_root: true"):
        result = ask(f"{SMALL}{line}\n", rest)
        assert result.outcome is Outcome.NEEDS_WORK
        assert secret not in str(result)


def test_lines_are_read_as_docker_reads_them():
    text = (
        "# escape=`\nFROM a:1 `\n  AS x\n\n# a comment\nRUN one && `\n# between\n\n  two\nCOPY <<A <<-'B' /x/\n"
        'RUN no\nA\n\tUSER root\n\tB\nuser app\nRUN cat << EOF\nCMD ["a", "b"]\n'
    )
    file = read_dockerfile("Dockerfile", text)
    assert file.final.name == "x"
    said = [(one.name, one.place.line, len(one.bodies)) for one in file.final.instructions]
    assert said == [("RUN", 6, 0), ("COPY", 10, 2), ("USER", 15, 0), ("RUN", 16, 0), ("CMD", 17, 0)]
    assert file.final.instructions[-1].listed == ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "path", "line"),
    [
        (".env", ".env", 1),
        (".env", "src/.env", None),
        ("**/.env", "src/.env", 1),
        ("**/.env", ".env", 1),
        ("/.git/", ".git", 1),
        (".git", ".git/config", 1),
        ("*", ".git", 1),
        ("*\n!.env", ".env", None),
        ("!.env\n.env", ".env", 2),
        ("# .env", ".env", None),
        ("*.md\n!README.md\nREADME*", "README.md", 3),
        ("data/*.csv", "data/a.csv", 1),
        ("data/*.csv", "data/x/a.csv", None),
        ("data/**/*.csv", "data/x/y/a.csv", 1),
        ("a[0-9]?", "a1b", 1),
        ("a[^0-9]", "a1", None),
        (r"\*", "*", 1),
        ("./x", "x", 1),
        (".e*v", ".env", 1),
        ("", ".env", None),
        ("*" * 5000 + "/" + "a/" * 5000, ".env", None),
    ],
)
def test_what_a_dockerignore_leaves_out(lines, path, line):
    assert left_out(lines, path) == line


def test_a_dockerignore_that_is_missing_or_not_enough(ask):
    result = ask(SMALL, "dockerignore: true")
    assert result.why.startswith("There is no `.dockerignore`")
    assert "\n    .git\n    .env\n" in result.fix
    result = ask(SMALL, "dockerignore: true", dockerignore=".git\n.env\n!.env\n")
    assert result.why == "`.env` is not left out by `.dockerignore`."


@pytest.mark.parametrize(
    "text",
    [
        "FROM a:1\n" + "RUN \\\n" * 40_000,
        "FROM a:1\n" + "RUN <<A\n" * 5000,
        "FROM " + "$" * 9000,
        "\0",
        "FROM a:1\nCMD " + "[" * 9000,
    ],
)
def test_a_hostile_file_ends_in_an_answer(ask, text):
    for rest in ("", "no_secrets: true", "dependencies_first: true"):
        result = ask(text, rest)
        assert result.outcome in (Outcome.NEEDS_WORK, Outcome.PASSED)
        assert result.seconds < 10


def test_a_check_asks_one_thing(ask):
    with pytest.raises(SpecError) as error:
        ask(SMALL, "not_root: true, healthcheck: true")
    assert "a check asks one thing, and not_root is there already" in str(error.value)


def test_thousands_of_stages_on_each_other_are_a_verdict(repo):
    stages = "".join(f"FROM s{number} AS s{number + 1}\n" for number in range(1, 1100))
    repo.put("Dockerfile", "FROM python:3.12 AS s1\nUSER nobody\n" + stages)
    repo.commit()
    questions = (
        "not_root",
        "base_pinned",
        "no_secrets",
        "dependencies_first",
        "healthcheck",
        "cmd",
        "exposes",
    )
    values = ("true", "tag", "true", "true", "true", "exec-form", "80")
    for asked in map("dockerfile: {{{}: {}}}".format, questions, values):
        assert repo.ask(asked).outcome in (Outcome.PASSED, Outcome.NEEDS_WORK), asked
