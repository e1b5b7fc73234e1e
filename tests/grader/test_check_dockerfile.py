import pytest

from labs.grader.dockerfiles.ignoring import excluding_line
from labs.grader.dockerfiles.layers import dependencies_first
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


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("text", "rest", "why", "line"),
    [
        (
            "FROM python\n",
            "base_pinned: tag",
            "The base image `python` has no tag, so each build may use a different version.",
            1,
        ),
        (
            "ARG V=latest\nFROM python:$V\n",
            "base_pinned: tag",
            "The tag of the base image `python:latest` (written `python:$V`) changes with every release.",
            2,
        ),
        (
            "ARG BASE\nFROM $BASE\n",
            "base_pinned: tag",
            "`$BASE` has no value, because its `ARG` has no default.",
            2,
        ),
        (
            "FROM localhost:5000/python\n",
            "base_pinned: tag",
            "The base image `localhost:5000/python` has no tag, so each build may use a different version.",
            1,
        ),
        (
            SMALL,
            "base_pinned: digest",
            "The tag of the base image `python:3.12` can be moved to a different image.",
            1,
        ),
        (SMALL, "not_root: true", "The image runs as root. Its final stage has no `USER`.", 1),
        (f"{SMALL}USER app\nUSER 0:0\n", "not_root: true", "The image runs as root.", 3),
        (
            f"{SMALL}USER app\n{SMALL}CMD x\n",
            "not_root: true",
            "The image runs as root. Its final stage has no `USER`.",
            4,
        ),
        (
            f"{SMALL}ENV DB_PASSWORD=abc\n",
            "no_secrets: true",
            "`ENV DB_PASSWORD` puts a credential into the image: its value stays in the image.",
            2,
        ),
        (
            f"{SMALL}ARG NPM_TOKEN\n",
            "no_secrets: true",
            "`ARG NPM_TOKEN` puts a credential into the image: its value stays in the image history.",
            2,
        ),
        (
            f"{SMALL}COPY app.py .env ./\n",
            "no_secrets: true",
            "`COPY` copies `.env` into the image, where it stays even after a `RUN rm`.",
            2,
        ),
        (
            f"{SMALL}COPY . .\nRUN pip install -r requirements.txt\n",
            "dependencies_first: true",
            "All code is copied before `RUN` on line 3 installs the dependencies, so Docker installs them "
            "again after every code change.",
            2,
        ),
        (f"{SMALL}COPY . .\n", "dependencies_first: true", "No `RUN` is known to install dependencies.", 1),
        (f"{SMALL}EXPOSE 80\n", "exposes: 8000", "The image does not expose port 8000.", 2),
        (
            f"{SMALL}HEALTHCHECK NONE\n",
            "healthcheck: true",
            "Docker cannot tell if the container is healthy: there is no `HEALTHCHECK`.",
            2,
        ),
        (
            f"{SMALL}CMD python app.py\n",
            "cmd: exec-form",
            "`CMD` starts a shell, which does not forward the stop signal.",
            2,
        ),
        (SMALL, "cmd: exec-form", "The Dockerfile does not say what the container runs.", 1),
        ("FRM python\n", "", "`FRM` is not a Dockerfile instruction. Did you mean `FROM`?", 1),
        ("RUN x\nFROM a:1\n", "", "`RUN` is before the first `FROM`.", 1),
        ("# nothing\n", "", "The Dockerfile has no `FROM`.", 1),
        ("FROM\n", "", "`FROM` has no arguments.", 1),
    ],
)
def test_faults_are_reported_with_their_line(ask, text, rest, why, line):
    result = ask(text, rest)
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, why)
    assert result.evidence[0].line == line
    assert result.expected and result.found and "git add -- Dockerfile" in result.fix


@pytest.mark.daily(3)
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
def test_dockerfiles_in_order_pass(ask, text, rest):
    assert ask(text, rest).outcome is Outcome.PASSED


TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36))


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "line",
    [
        f"RUN git clone https://{TOKEN}@host/x",
        "ENV API_KEY=s3cr3t-v4lue",
        "ARG PASSWORD=hunter22",
        "ENV A=1 DB_PASSWORD=hunter22 B",
        'ENV DB_PASSWORD="hunter22',
        "ENV DB_PASSWORD=hunter22 hunter22",
        "ENV A=1 \\\n  DB_PASSWORD=hunter22",
        "ENV A=${ DB_PASSWORD=hunter22",
    ],
)
def test_a_credential_is_never_shown(ask, line):
    secret = next(value for value in (TOKEN, "s3cr3t-v4lue", "hunter22") if value in line)
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
    said = [(one.name, one.place.line, len(one.documents)) for one in file.final.instructions]
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
def test_the_excluding_line_of_a_dockerignore_is_found(lines, path, line):
    assert excluding_line(lines, path) == line


def test_a_dockerignore_that_is_missing_or_not_enough_needs_work(ask):
    result = ask(SMALL, "dockerignore: true")
    assert result.why.startswith("There is no `.dockerignore`")
    assert "\n    .git\n    .env\n" in result.fix
    result = ask(SMALL, "dockerignore: true", dockerignore=".git\n.env\n!.env\n")
    assert result.why == "`.dockerignore` does not exclude `.env`."


@pytest.mark.daily(3)
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
def test_a_hostile_file_gets_a_verdict(ask, text):
    for rest in ("", "no_secrets: true", "dependencies_first: true"):
        result = ask(text, rest)
        assert result.outcome in (Outcome.NEEDS_WORK, Outcome.PASSED)
        assert result.seconds < 10


def test_a_check_asks_one_thing(ask):
    with pytest.raises(SpecError) as error:
        ask(SMALL, "not_root: true, healthcheck: true")
    assert "cannot be combined with `not_root`: a check asks one question" in str(error.value)


@pytest.mark.heavy
def test_thousands_of_chained_stages_get_a_verdict(repo):
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


LATE = "FROM python:3.12\n{}\nRUN {}\n"
TOO_LATE = [
    ("COPY . .", "pip install -r requirements.txt"),
    ("COPY ./ ./", "pip install -r requirements.txt"),
    ("COPY / /app", "pip install -r requirements.txt"),
    ("COPY * ./", "pip install -r requirements.txt"),
    ("COPY --chown=app:app . /app", "pip install -r /app/requirements.txt"),
    ("COPY --link . .", "pip install -r requirements.txt"),
    ('COPY [".", "."]', "pip install -r requirements.txt"),
    ("ADD . /app", "pip install -r /app/requirements.txt"),
    ("ARG SRC=.\nCOPY ${SRC} .", "pip install -r requirements.txt"),
    ("COPY requirements.txt .\nCOPY app.py .", "pip install -r requirements.txt"),
    ("COPY app.py requirements.txt ./", "pip install -r requirements.txt"),
    ("ADD app.py requirements.txt ./", "pip install -r requirements.txt"),
    ("COPY *.py requirements.txt ./", "pip install -r requirements.txt"),
    ("COPY app* ./", "pip install -r requirements.txt"),
    ("COPY src ./src", "pip install -r requirements.txt"),
    ("COPY src/ requirements.txt ./", "pip install -r requirements.txt"),
    ("COPY . .", "pip install fastapi uvicorn"),
    ("COPY . .", "pip install ."),
    ("COPY . .", "pip install --no-cache-dir -e ."),
    ("COPY . .", "python -m pip install -r requirements.txt"),
    ("COPY . .", "pip3.12 install -r requirements.txt"),
    ("COPY . .", "/venv/bin/pip install -rrequirements.txt"),
    ("COPY . .", "cd /app && pip install --requirement requirements.txt"),
    ("COPY . .", '["pip", "install", "-r", "requirements.txt"]'),
    ("COPY . .", '["/bin/sh", "-c", "pip install -r requirements.txt"]'),
    ("COPY . .", "<<EOF\npip install -r requirements.txt\nEOF"),
    ("COPY . .", "bash -e <<EOF\npip install -r requirements.txt\nEOF"),
    ("COPY . .", "--mount=type=cache,target=/root/.cache pip install -r requirements.txt"),
    ("WORKDIR /app", "--mount=type=bind,target=. pip install -r requirements.txt"),
    ("COPY . .", "pip wheel -r requirements.txt -w /wheels"),
    ("COPY . .", "pip install uv && uv sync --locked"),
    ("COPY . .", "uv pip install --system -r pyproject.toml"),
    ("COPY . .", "uv pip sync requirements.txt"),
    ("COPY . .", "pip install poetry && poetry install --only main"),
    ("COPY . .", "poetry install --no-root"),
    ("COPY . .", "pdm sync --prod"),
    ("COPY . .", "pipenv install --deploy --system"),
    ("COPY . .", "conda env create -f environment.yml"),
    ("COPY . .", "micromamba install -y -f environment.yml"),
    ("COPY . .", "npm ci"),
    ("COPY index.js package.json ./", "npm install --omit=dev"),
    ("COPY . .", "yarn --frozen-lockfile"),
    ("COPY . .", "corepack enable && pnpm install"),
    ("COPY . .", "go mod download"),
    ("COPY . .", "cat requirements.txt | xargs pip install"),
    ("COPY . .", "su app -c 'pip install -r requirements.txt'"),
    ("COPY . .", "npm --prefix web ci"),
    ("COPY . .", "pip-sync requirements.txt"),
    ("COPY . .", "if [ -f a.txt ]; then pip install -r a.txt; fi"),
    ("COPY . .", "python -m venv /v && . /v/bin/activate && PIP_QUIET=1 pip install -r a.txt"),
    ("COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .", "pip install gunicorn"),
]  # fmt: skip
IN_TIME = [
    ("COPY requirements.txt .", "pip install -r requirements.txt\nCOPY . ."),
    ("COPY requirements*.txt ./", "pip install -r requirements.txt\nCOPY app.py ."),
    ("COPY requirements/ requirements/", "pip install -r requirements/prod.txt\nCOPY . ."),
    ("COPY ./requirements.txt /tmp/requirements.txt", "pip install -r /tmp/requirements.txt\nADD . /app"),
    ("WORKDIR /app", "pip install fastapi"),
    ("WORKDIR /app", "pip install 'fastapi[standard]>=0.110'\nCOPY . ."),
    ("COPY pyproject.toml setup.py README.md ./", "pip install .\nCOPY . ."),
    ("COPY pyproject.toml poetry.lock* ./", "poetry install --no-root\nCOPY . .\nRUN poetry install"),
    ("COPY pyproject.toml uv.lock ./", "uv sync --no-install-project\nCOPY . .\nRUN uv sync"),
    (
        "WORKDIR /app",
        "--mount=type=bind,source=uv.lock,target=uv.lock --mount=type=bind,source=pyproject.toml,target=pyproject.toml "
        "uv sync --no-install-project\nCOPY . .\nRUN uv sync",
    ),
    ("COPY requirements.txt .", "pip install -r requirements.txt\nCOPY . .\nRUN pip install --no-deps -e ."),
    ("COPY Pipfile Pipfile.lock ./", "pipenv install --deploy\nCOPY . ."),
    ("COPY environment.yml .", "conda env update -f environment.yml\nCOPY . ."),
    ("COPY package*.json ./", "npm ci\nCOPY . .\nRUN npm run build"),
    ("COPY package.json yarn.lock ./", "yarn install\nCOPY . ."),
    (
        "COPY . .",
        "pip install --upgrade pip\nFROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt",
    ),
    ("COPY --from=a/b:1 /app /app", "pip install -r requirements.txt\nCOPY . ."),
    ("COPY <<EOF app.py\nprint()\nEOF", "pip install flask"),
    ("ADD https://h/x.py /x.py", "pip install flask\nCOPY . ."),
    ("COPY entrypoint.sh /\nCOPY requirements.txt .", "pip install -r requirements.txt\nCOPY . ."),
    ("COPY .python-version pyproject.toml ./", "uv sync\nCOPY . ."),
    ("RUN npm install -g pm2\nCOPY . .\nFROM python:3.12", "pip install flask"),
]  # fmt: skip
NOT_INSTALLED = [
    ("COPY . .", "pip install --upgrade pip setuptools wheel"),
    ("COPY . .", "echo pip install -r requirements.txt"),
    ("COPY . .", "apt-get update && apt-get install -y curl"),
    ("COPY . .", "npm install -g pm2"),
    ("COPY . .", "go build ./..."),
    ("COPY . .", "go install ./cmd/x"),
    ("COPY . .", "cargo build --release"),
    ("COPY . .", "mvn package"),
    ("COPY . .", "gradle build"),
    ("COPY . .", "apt install -y python3-flask"),
    ("COPY . .", "apk add --no-cache py3-flask"),
    ("COPY . .", "dnf install -y python3-flask"),
    ("COPY . .", "yum install -y python3-flask"),
    ("COPY . .", "npm run build"),
    ("COPY . .", "pip list"),
    ("COPY . .", "python -c 'print(1)'"),
]


def test_dependencies_come_first_in_whatever_spelling():
    def answer(before, run):
        return dependencies_first(read_dockerfile("Dockerfile", LATE.format(before, run)))

    for before, run in TOO_LATE:
        found = answer(before, run).findings
        assert found and "so Docker installs them again after every code change." in found[0].says, (
            before,
            run,
            found,
        )
    for before, run in IN_TIME:
        found = answer(before, run)
        assert (found.findings, found.holds) == (
            (),
            "Dependencies are installed before the code is copied.",
        ), (before, run)
    for before, run in NOT_INSTALLED:
        assert answer(before, run).findings[0].says == "No `RUN` is known to install dependencies.", (
            before,
            run,
        )


def test_files_that_match_a_pattern_decide_whether_it_copies_code(repo):
    repo.put("pipeline.py", "")
    repo.put("pip.txt", "flask")
    repo.put("config/settings.toml", "")
    repo.put("tools/run.py", "")
    cases = {
        "pip*": "needs_work",
        "pip.*": "passed",
        "config": "passed",
        "tools": "needs_work",
        "*.txt": "passed",
    }
    for source, outcome in cases.items():
        repo.put("Dockerfile", LATE.format(f"COPY {source} ./", "pip install -r pip.txt"))
        repo.commit()
        assert repo.ask("dockerfile: {dependencies_first: true}").outcome == outcome, source


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("text", "rest", "why"),
    [
        ("FROM apache/airflow:2.9.1\n", "not_root: true", "which user the base image `apache/airflow:2.9.1` runs"),
        ("FROM me/python:3\n", "not_root: true",
         "which user the base image `me/python:3` runs as: the final stage of `Dockerfile`"),
        ("FROM ghcr.io/x/python:3\nRUN a\n", "not_root: true",
         "which user the base image `ghcr.io/x/python:3` runs as"),
        ("FROM nginx:1.27\n", "exposes: 80", "which ports the base image `nginx:1.27` exposes"),
        ("FROM nginx:1.27\n", "healthcheck: true", "whether the base image `nginx:1.27` has a health check"),
        ("FROM nginx:1.27\n", "cmd: exec-form", "what the base image `nginx:1.27` runs"),
        ("FROM python:3.12\nUSER $U\n", "not_root: true", "what `U` on line 2 expands to: the file does not set it"),
        ("FROM python:3.12\nARG P\nEXPOSE $P\n", "exposes: 80",
         "what `P` on line 3 expands to: the file does not set it"),
        ("FROM python:3.12\nCOPY . .\nRUN ./install.sh\n", "dependencies_first: true", "on line 3 installs: no other"),
        ("FROM python:3.12\nCOPY . .\nRUN make deps\n", "dependencies_first: true", "on line 3 installs: no other"),
        ("ARG B\nFROM ${B:-x/y:1}\n", "not_root: true", "which user the base image `${B:-x/y:1}` runs as"),
    ],
)  # fmt: skip
def test_the_check_is_not_run_if_only_the_base_image_can_answer(ask, text, rest, why):
    result = ask(text, rest)
    assert result.outcome is Outcome.NOT_RUN
    assert why in result.reason


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("text", "rest", "outcome"),
    [
        ("FROM scratch\nCOPY a /\n", "not_root: true", "needs_work"),
        ("FROM docker.io/library/python:3.12@sha256:" + "a" * 64, "not_root: true", "needs_work"),
        ("FROM debian:12\nUSER 00\n", "not_root: true", "needs_work"),
        ("FROM a/b:1\nUSER root:app\n", "not_root: true", "needs_work"),
        ("FROM a/b:1\nUSER ${U:-app}\n", "not_root: true", "passed"),
        ("FROM a/b:1\nENV U=root\nUSER ${U}\n", "not_root: true", "needs_work"),
        ("FROM a/b:1\nEXPOSE 80\n", "exposes: 80", "passed"),
        ("FROM a/b:1\nEXPOSE 81\n", "exposes: 80", "not_run"),
        ("FROM nginx\nEXPOSE 8080\n", "exposes: 80", "not_run"),
        ("FROM nginx\nEXPOSE 8080 8443-8450/tcp\n", "exposes: 80", "not_run"),
        ("FROM nginx AS x\nEXPOSE 8080\nFROM x\nEXPOSE 8081\n", "exposes: 80", "not_run"),
        ("FROM nginx AS x\nFROM scratch\nCOPY --from=x /a /a\nEXPOSE 81\n", "exposes: 80", "needs_work"),
        ("ARG B\nFROM $B\nEXPOSE 81\n", "exposes: 80", "not_run"),
        ("FROM scratch\nEXPOSE 81\n", "exposes: 80", "needs_work"),
        ("FROM scratch\n", "exposes: 80", "needs_work"),
        ("FROM scratch AS x\nEXPOSE 81\nFROM x\nEXPOSE 82\n", "exposes: 80", "needs_work"),
        ("FROM scratch AS x\nEXPOSE 80\nFROM x\nEXPOSE 82\n", "exposes: 80", "passed"),
        ("FROM a/b:1\nCMD ['a']\n", "cmd: exec-form", "needs_work"),
        ("FROM a/b:1\nCMD exec python app.py\n", "cmd: exec-form", "needs_work"),
        ('FROM a/b:1\nENTRYPOINT ["a"]\nCMD []\n', "cmd: exec-form", "passed"),
        ('FROM a/b:1 AS x\nCMD a\nFROM x\nENTRYPOINT ["a"]\n', "cmd: exec-form", "passed"),
        ('FROM a/b:1 AS x\nENTRYPOINT ["a"]\nFROM x\nCMD a\n', "cmd: exec-form", "needs_work"),
        ("FROM a/b:1\nHEALTHCHECK NONE\n", "healthcheck: true", "needs_work"),
    ],
)
def test_what_the_file_tells_is_judged(ask, text, rest, outcome):
    assert ask(text, rest).outcome == outcome


def test_single_quotes_in_brackets_are_the_shell_form(ask):
    result = ask(f"{SMALL}CMD ['python', 'app.py']\n", "cmd: exec-form")
    assert (
        result.why
        == "`CMD` is not a JSON array, because it uses single quotes: Docker runs the text in a shell."
    )
    assert '\n    CMD ["python", "app.py"]' in result.fix


def test_a_dockerignore_is_looked_for_where_docker_looks(repo):
    def ask():
        repo.commit()
        return repo.ask("dockerfile: {path: docker/Dockerfile, dockerignore: true}")

    repo.put("docker/Dockerfile", SMALL)
    result = ask()
    assert result.why.startswith("There is no `.dockerignore` in `docker` or the top folder")
    repo.put(".dockerignore", ".git\n.env\n")
    assert ask().why == "`.dockerignore` excludes `.git` and `.env`."
    repo.put("docker/.dockerignore", "x\n")
    assert ask().outcome is Outcome.PASSED
    repo.put("docker/Dockerfile.dockerignore", ".git\n")
    assert ask().why == "`docker/Dockerfile.dockerignore` does not exclude `.env`."


def test_patterns_of_a_dockerignore_cross_folders_as_docker_says():
    cases = [
        ("**", "a/b", True),
        ("**/b", "a/b", True),
        ("**b", "a/b", True),
        ("a**c", "a/b/c", True),
        ("*b", "a/b", False),
        ("a/**/c", "a/c", True),
        ("a?b", "a/b", False),
        ("a[/]b", "a/b", False),
        ("a/*", "a/b/c", True),
        ("./a//b/", "a/b", True),
        ("\ufeffa", "a", True),
    ]
    for pattern, path, expected in cases:
        assert (excluding_line(pattern, path) == 1) is expected, (pattern, path)
