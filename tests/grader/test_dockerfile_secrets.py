"""Credentials that get into an image: in commands, in variables, and as files that COPY takes from the tree."""

from labs.grader.dockerfiles.reading import read_dockerfile
from labs.grader.dockerfiles.secrecy import hidden_lines, no_secrets
from labs.grader.report import Outcome

GIVEN = [
    "RUN export PASSWORD=hunter2",
    "RUN export A=1 DB_PASSWORD='hunter2' && ./x",
    "RUN PASSWORD=hunter2 ./x",
    "RUN PGPASSWORD=hunter2 psql -c x",
    "RUN MYSQL_PWD=hunter2 mysql x",
    "RUN env API_KEY=hunter2 ./x",
    "RUN declare -x TOKEN=hunter2",
    "RUN curl -u me:pw https://x/y",
    "RUN curl -fsSLu me:pw https://x/y",
    "RUN curl -ume:pw https://x/y",
    "RUN curl --user me:pw https://x/y",
    "RUN curl --user=me:pw https://x/y",
    "RUN curl --proxy-user me:pw https://x/y",
    "RUN curl -H 'Authorization: Bearer hunter2' https://x",
    "RUN curl -H 'PRIVATE-TOKEN: hunter2' https://x",
    "RUN wget --header='Authorization: Basic aGk6aG8=' https://x",
    "RUN wget --user=me --password=hunter2 https://x",
    "RUN wget --http-password hunter2 https://x",
    "RUN git clone https://me:hunter2@host/x",
    "RUN pip install --index-url https://me:hunter2@host/simple x",
    'RUN ["curl", "-u", "me:pw", "https://x"]',
    "RUN docker login -u me -p hunter2 host",
    "RUN docker login --username me --password hunter2",
    "RUN echo hunter2 | docker login -u me --password-stdin",
    "RUN echo 'root:hunter2' | chpasswd",
    "RUN chpasswd <<EOF\nroot:hunter2\nEOF",
    "RUN useradd -p hunter2 app",
    "RUN mysql -uroot -phunter2 x",
    "RUN sshpass -p hunter2 ssh a@b",
    "RUN openssl rsa -passin pass:hunter2 -in k",
    "RUN gpg --batch --passphrase hunter2 -d x",
    "RUN redis-cli -a hunter2 ping",
    "RUN echo 'API_TOKEN=hunter2' >> .env",
    "RUN echo 'machine h login me password hunter2' > ~/.netrc",
    "RUN printf 'machine h\\nlogin me\\npassword hunter2\\n' > ~/.netrc",
    "RUN npm config set //registry.npmjs.org/:_authToken hunter2",
    "RUN npm config set //registry.npmjs.org/:_authToken=hunter2",
    "RUN aws configure set aws_secret_access_key hunter2",
    "RUN poetry config http-basic.own me hunter2",
    "RUN poetry config pypi-token.pypi hunter2",
    "RUN a && \\\n  b && \\\n  curl -u me:pw https://x",
    "RUN <<EOF\nexport PASSWORD=hunter2\nEOF",
    "RUN bash -c 'export PASSWORD=hunter2'",
    "CMD curl -u me:pw https://x",
    "HEALTHCHECK CMD curl -u me:pw http://localhost",
    "ENTRYPOINT [\"app\", \"--token=hunter2\"]",
    "ONBUILD RUN export PASSWORD=hunter2",
    "ONBUILD ENV PASSWORD=hunter2",
    "COPY <<EOF /app/.env\nPASSWORD=hunter2\nEOF",
    "ARG PASSWORD=hunter2",
    "ENV PASSWORD=hunter2",
    "ENV PASSWORD hunter2",
    "ENV DATABASE_URL=postgres://me:hunter2@db/x",
    "ENV PGPASSWORD=hunter2 DB_PASS=a",
    "LABEL password=hunter2",
]  # fmt: skip
NOT_GIVEN = [
    "RUN --mount=type=secret,id=token export TOKEN=$(cat /run/secrets/token) && ./x",
    "RUN --mount=type=secret,id=token TOKEN=\"$(cat /run/secrets/token)\" ./x",
    "RUN export PASSWORD=$P",
    "RUN export PASSWORD=",
    "RUN export PASSWORD_FILE=/run/secrets/p TOKEN=/run/secrets/t",
    "RUN curl -u \"$USER:$PW\" https://x",
    "RUN curl -u me https://x",
    "RUN curl -u \"me:$(cat /run/secrets/x)\" https://x",
    "RUN curl -fsSL https://x/y | sh",
    "RUN curl -H \"Authorization: Bearer $T\" https://x",
    "RUN curl -H 'Accept: text/x' https://x:8080/a@b",
    "RUN adduser --disabled-password app",
    "RUN adduser --disabled-password --gecos '' app",
    "RUN useradd -m -u 1000 app",
    "RUN python -u x.py a:b",
    "RUN docker login --password-stdin < /run/secrets/x",
    "RUN docker run -p 80:80 x",
    "RUN git clone https://host/x && git clone ssh://git@host/x && git clone git@host:x",
    "RUN mkdir -p a && cp -p a b",
    "RUN echo hello | tee x",
    "RUN sed -i 's/PASSWORD=.*/PASSWORD=/' x",
    "RUN npm config set registry https://x",
    "RUN git config --global user.name me",
    "RUN pip install --index-url https://host/simple x",
    "RUN mysql -p x",
    "RUN apt-get install -y --no-install-recommends passwd",
    "CMD [\"app\", \"--token-file=/run/secrets/t\"]",
    "HEALTHCHECK CMD curl -f http://localhost/",
    "COPY <<EOF /app/x\nA=1\nEOF",
    "LABEL a=b",
    "ENV DATABASE_URL=postgres://db/x",
    "ENV TOKEN_FILE=/run/secrets/token MAX_TOKENS=5",
]  # fmt: skip


def test_a_credential_in_any_instruction_is_found_and_never_shown():
    for line in GIVEN:
        text = f"FROM python:3.12\n{line}\n"
        file = read_dockerfile("Dockerfile", text)
        found = no_secrets(file, text).findings
        assert not file.faults and found, line
        assert "hunter2" not in str(found) and ":pw" not in str(found), line
        assert all(one.hidden and one.place.line == 2 for one in found), line
    for line in NOT_GIVEN:
        text = f"FROM python:3.12\n{line}\n"
        file = read_dockerfile("Dockerfile", text)
        assert not file.faults, line
        assert no_secrets(file, text).findings == (), line


def test_each_line_with_a_credential_is_hidden_from_other_questions():
    for line in [*GIVEN, "ONBUILD RUN curl -u me:hunter2 https://h"]:
        text = f"FROM python:3.12\n{line}\n"
        lines = enumerate(text.split("\n"), start=1)
        shown = {number for number, written in lines if "hunter2" in written or ":pw" in written}
        assert shown <= hidden_lines({"Dockerfile": text}.get)("Dockerfile"), line


def test_other_questions_do_not_show_the_line_of_a_password(repo):
    repo.put("Dockerfile", "FROM python:3.12\nRUN true && \\\n  curl -u me:hunter2 https://h\n")
    repo.commit()
    assert "hunter2" not in str(repo.ask("dockerfile: {not_root: true}"))


# Files that COPY takes from the tree: path of the Dockerfile, its line, other files, and the outcome.
TREE = [
    ("Dockerfile", "COPY . .", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY ./ /app/", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "ADD . .", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", 'COPY [".", "/app"]', {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY * ./", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY .e* ./", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY app ./", {"app/.env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY app/ ./", {"app/deep/server.key": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY . .", {"deep/.env.production": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY . .", {"id_rsa": "A=1"}, "needs_work"),
    ("Dockerfile", "ARG S=.\nCOPY $S .", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "ONBUILD RUN x\nCOPY --chown=a . .", {".env": "A=1"}, "needs_work"),
    ("Dockerfile", "COPY . .", {"deep/.env": "A=1", ".dockerignore": ".env\n"}, "needs_work"),
    ("Dockerfile", "COPY . .", {".env": "A=1", ".dockerignore": ".env\n!.env\n"}, "needs_work"),
    ("Dockerfile", "COPY . .", {".env": "A=1", ".dockerignore": ".env\n"}, "passed"),
    ("Dockerfile", "COPY . .", {"deep/.env": "A=1", ".dockerignore": "**/.env\n"}, "passed"),
    ("Dockerfile", "COPY . .", {".env": "A=1", "Dockerfile.dockerignore": ".env*\n"}, "passed"),
    ("Dockerfile", "COPY . .", {".env": "A=1", ".dockerignore": "*\n!app\n"}, "passed"),
    ("Dockerfile", "COPY --exclude=.env . .", {".env": "A=1"}, "passed"),
    ("Dockerfile", "COPY . .", {".env.example": "A=1", "app.py": ""}, "passed"),
    ("Dockerfile", "COPY app ./", {".env": "A=1", "app/x.py": ""}, "passed"),
    ("Dockerfile", "COPY *.txt ./", {".env": "A=1", "a.txt": ""}, "passed"),
    ("Dockerfile", "COPY --from=nginx:1 . .", {".env": "A=1"}, "passed"),
    ("Dockerfile", "RUN --mount=type=bind,target=. make", {".env": "A=1"}, "passed"),
    ("docker/Dockerfile", "COPY . .", {"docker/.env": "A=1"}, "needs_work"),
    ("docker/Dockerfile", "COPY . .", {".env": "A=1"}, "not_run"),
    ("docker/Dockerfile", "COPY app.py .\nCOPY . .", {".env": "A=1", "app.py": ""}, "needs_work"),
    ("docker/Dockerfile", "COPY app.py .\nCOPY . .", {".env": "A=1", "docker/app.py": ""}, "passed"),
]  # fmt: skip


def test_files_that_a_copy_takes_from_the_tree_are_found(repo):
    for number, (path, line, files, outcome) in enumerate(TREE):
        if number:
            repo.git("rm", "-rq", ".")
        for name, text in {path: f"FROM python:3.12 AS x\n{line}\n", **files}.items():
            repo.put(name, text)
        repo.commit()
        result = repo.ask(f"dockerfile: {{path: {path}, no_secrets: true}}")
        assert result.outcome == outcome, (path, line, files, result)


def test_the_copy_and_the_file_that_leaves_it_out_are_named(repo):
    repo.put("Dockerfile", "FROM python:3.12\nCOPY . .\n")
    repo.put(".env", "A=1")
    repo.commit()
    result = repo.ask("dockerfile: {no_secrets: true}")
    assert result.why == (
        "`COPY . .` on line 2 copies `.env` into the image, because there is no `.dockerignore`."
    )
    assert "git add -- .dockerignore" in result.fix
    repo.put(".dockerignore", ".env\n")
    repo.commit()
    result = repo.ask("dockerfile: {no_secrets: true}")
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "No credential was found in `Dockerfile`: checked for known formats, values of names such as `PASSWORD`, "
        "passwords in commands and copied files such as `.env`.",
    )
