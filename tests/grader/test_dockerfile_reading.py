"""Dockerfiles are read as BuildKit reads them: a table of texts, and its own parser as the oracle."""

import random
import re

import pytest

from labs.grader.dockerfiles.reading import read_dockerfile, substitute

# The text after `FROM a:1`, and the instructions: name, value, and content of here-documents.
READ = [
    ("RUN cat <<<word\nCMD x", [("RUN", "cat <<<word"), ("CMD", "x")]),
    ("RUN cat <<< word\nCMD x", [("RUN", "cat <<< word"), ("CMD", "x")]),
    ("RUN echo $((1<<2))\nCMD x", [("RUN", "echo $((1<<2))"), ("CMD", "x")]),
    ("RUN echo $((1 << 2))\nCMD x", [("RUN", "echo $((1 << 2))"), ("CMD", "x")]),
    ('RUN echo "<<EOF"\nCMD x', [("RUN", 'echo "<<EOF"'), ("CMD", "x")]),
    ('RUN echo "a <<EOF b"\nCMD x', [("RUN", 'echo "a <<EOF b"'), ("CMD", "x")]),
    ("RUN echo '<<EOF'\nCMD x", [("RUN", "echo '<<EOF'"), ("CMD", "x")]),
    ("RUN cat<<EOF\nCMD x", [("RUN", "cat<<EOF"), ("CMD", "x")]),
    ("RUN cat << EOF\nCMD x", [("RUN", "cat << EOF"), ("CMD", "x")]),
    ('RUN x <<""\nCMD y', [("RUN", 'x <<""'), ("CMD", "y")]),
    ('RUN ["cat", "<<EOF"]\nCMD x', [("RUN", '["cat", "<<EOF"]'), ("CMD", "x")]),
    ("ENV A=<<EOF\nCMD x", [("ENV", "A=<<EOF"), ("CMD", "x")]),
    ("RUN <<EOF\na\nCMD b\nEOF\nCMD x", [("RUN", "<<EOF", "a\nCMD b"), ("CMD", "x")]),
    ("RUN <<EOF\nEOF\nCMD x", [("RUN", "<<EOF", ""), ("CMD", "x")]),
    ("RUN <<-EOF\n\ta\n\t\tEOF\nCMD x", [("RUN", "<<-EOF", "\ta"), ("CMD", "x")]),
    ("RUN <<'EOF'\n$a\nEOF\nCMD x", [("RUN", "<<'EOF'", "$a"), ("CMD", "x")]),
    ('RUN <<"E F"\na\nE F\nCMD x', [("RUN", '<<"E F"', "a"), ("CMD", "x")]),
    ('RUN <<E"O"F\na\nEOF\nCMD x', [("RUN", '<<E"O"F', "a"), ("CMD", "x")]),
    ("RUN <<\\EOF\na\nEOF\nCMD x", [("RUN", "<<\\EOF", "a"), ("CMD", "x")]),
    ("RUN cat 3<<EOF\na\nEOF\nCMD x", [("RUN", "cat 3<<EOF", "a"), ("CMD", "x")]),
    ("RUN <<A cat > x && <<B cat\n1\nA\n2\nB\nCMD x", [("RUN", "<<A cat > x && <<B cat", "1", "2"), ("CMD", "x")]),
    ("RUN a <<EOF;\n1\nEOF;\nCMD x", [("RUN", "a <<EOF;", "1"), ("CMD", "x")]),
    ("RUN <<EOF\n  EOF\nEOF \nEOF\nCMD x", [("RUN", "<<EOF", "  EOF\nEOF "), ("CMD", "x")]),
    ("RUN <<EOF\n# a\n\nb \\\nEOF\nCMD x", [("RUN", "<<EOF", "# a\n\nb \\"), ("CMD", "x")]),
    ("RUN cat \\\n  <<EOF\na\nEOF\nCMD x", [("RUN", "cat   <<EOF", "a"), ("CMD", "x")]),
    ("COPY <<A <<-'B' /x/\n1\nA\n\t2\n\tB\nCMD x", [("COPY", "<<A <<-'B' /x/", "1", "\t2"), ("CMD", "x")]),
    ("ADD <<A /x\n1\nA\nCMD x", [("ADD", "<<A /x", "1"), ("CMD", "x")]),
    ("ONBUILD RUN <<A\n1\nA\nCMD x", [("ONBUILD", "RUN <<A", "1"), ("CMD", "x")]),
    ("RUN [ 'cat', <<EOF ]\na\nEOF\nCMD x", [("RUN", "[ 'cat', <<EOF ]", "a"), ("CMD", "x")]),
    ("run a\nCmd b", [("RUN", "a"), ("CMD", "b")]),
    ("RUN a \\\n  b", [("RUN", "a   b")]),
    ("RUN pip inst\\\nall x", [("RUN", "pip install x")]),
    ("RUN a \\\n# c\n  # d\n\n b", [("RUN", "a  b")]),
    ("RUN a \\ \t\n b", [("RUN", "a  b")]),
    ("RUN a \\\\\nCMD x", [("RUN", "a \\\\"), ("CMD", "x")]),
    ("RUN a \\", [("RUN", "a")]),
    ("  RUN\ta\n\tCMD b", [("RUN", "a"), ("CMD", "b")]),
    ("# RUN a\n  # b\nCMD c", [("CMD", "c")]),
    ("RUN a # b", [("RUN", "a # b")]),
    ('CMD ["a", "b c"]', [("CMD", '["a", "b c"]')]),
    ("CMD ['a']", [("CMD", "['a']")]),
    ("CMD []", [("CMD", "[]")]),
    ("CMD", [("CMD", "")]),
    ("COPY --from=0 --chown=a:b --chmod=755 --link a b /x/", [("COPY", "a b /x/")]),
    ('COPY ["a b", "/x"]', [("COPY", '["a b", "/x"]')]),
    ("RUN --mount=type=cache,target=/c --mount=type=bind,target=. --network=none a", [("RUN", "a")]),
    ("RUN --mount=type=cache,target=/c \\\n  --mount=type=secret,id=x \\\n  a --flag", [("RUN", "a --flag")]),
    ("ENV A=1 B=\"b c\" C='d e' D=f\\ g", [("ENV", "A=1 B=\"b c\" C='d e' D=f\\ g")]),
    ("ENV A b c", [("ENV", "A b c")]),
    ("LABEL a.b=c \\\n  d=e", [("LABEL", "a.b=c   d=e")]),
    ("ARG A B=1 C", [("ARG", "A B=1 C")]),
    ("HEALTHCHECK --interval=1m30s --retries=3 CMD a", [("HEALTHCHECK", "CMD a")]),
    ("HEALTHCHECK NONE", [("HEALTHCHECK", "NONE")]),
    ('SHELL ["/bin/bash", "-c"]', [("SHELL", '["/bin/bash", "-c"]')]),
    ("EXPOSE 80 443/tcp 7000-7010/udp $P", [("EXPOSE", "80 443/tcp 7000-7010/udp $P")]),
    ("VOLUME /a /b", [("VOLUME", "/a /b")]),
    ("MAINTAINER a b", [("MAINTAINER", "a b")]),
    ("ADD --checksum=sha256:0 https://h/x /x", [("ADD", "https://h/x /x")]),
    ("FROM b:2", []),
]  # fmt: skip
# Whole texts that BuildKit refuses, with our sentence and its line.
REFUSED = [
    ("FROM a:1\nCOPY app.py\n", "`COPY` needs a source and a destination, but has only `app.py`.", 2),
    ("FROM a:1\nADD app.py\n", "`ADD` needs a source and a destination, but has only `app.py`.", 2),
    ("FROM a:1\nCOPY --from=b /x\n", "`COPY` needs a source and a destination, but has only `/x`.", 2),
    ('FROM a:1\nCOPY ["x"]\n', "`COPY` needs a source and a destination, but has only `x`.", 2),
    ("FROM a:1\nCOPY <<EOF\nx\nEOF\n", "`COPY` needs a source and a destination, but has only `<<EOF`.", 2),
    ("FROM a:1\nCOPY x <<EOF\nx\nEOF\n", "`COPY` has a here-document as its destination.", 2),
    ("FROM a:1\nCOPY \"a b\" /x\n", '`"a` is not valid: the quote `"` is not closed.', 2),
    ("FROM a:1\nRUN <<EOF\nx\n", "The here-document `<<EOF` is not closed: no line contains only `EOF`.", 2),
    ("FROM a:1\nRUN <<-EOF\n  EOF\n", "The here-document `<<EOF` is not closed: no line contains only `EOF`.", 2),
    ("FROM a:1\nRUN x <<$A\nx\n", "The here-document `<<$A` is not closed: no line contains only `$A`.", 2),
    ('FROM a:1\nCMD ["a", 1]\n', "The JSON array of `CMD` contains a value that is not a string in double quotes.", 2),
    ("FROM a:1\nSHELL bash -c\n", "`SHELL` is not a JSON array.", 2),
    ("FROM a:1\nCOPY --form=x a b\n", "`COPY` has no flag `--form`. Did you mean `from`?", 2),
    ("FROM a:1\nCMD --x a\n", "`CMD` has no flag `--x`.", 2),
    ("FROM a:1\nCOPY --from a b\n", "The flag `--from` has no value.", 2),
    ("FROM a:1\nCOPY --chown=a --chown=b x y\n", "The flag `--chown` is set twice.", 2),
    ("FROM a:1\nCOPY --link=yes x y\n", "The flag `--link` must be true or false.", 2),
    ("FROM a:1 b\n", "`FROM` has 2 arguments, but Docker accepts one, or three with `AS`.", 1),
    ("FROM a:1 AS 1b\n", "`1b` is not a stage name: start with a letter and use only letters", 1),
    ("FROM a:1\nENV A\n", "`ENV A` has a name but no value.", 2),
    ("FROM a:1\nENV A=1 B\n", "`B` is not `name=value`. Quote values that contain spaces.", 2),
    ("FROM a:1\nLABEL a=b c d\n", "`c` is not `name=value`. Quote values that contain spaces.", 2),
    ("FROM a:1\nENV A=\"x\n", '`A="x` is not valid: the quote `"` is not closed.', 2),
    ("FROM a:1\nENV A=${x\n", "`A=${x` is not valid: `${` is not closed.", 2),
    ("FROM a:1\nENV A=${x:~y}\n", "`A=${x:~y}` is not valid: `${x:~…` is not a supported expansion.", 2),
    ("FROM a:1\nARG =x\n", "An `ARG` has no name.", 2),
    ("FROM a:1\nEXPOSE web\n", "`web` is not a port.", 2),
    ("FROM a:1\nEXPOSE 70000\n", "`70000` is not a port.", 2),
    ("FROM a:1\nHEALTHCHECK curl x\n", "`HEALTHCHECK` must start with `CMD` or `NONE`, not `curl`.", 2),
    ("FROM a:1\nHEALTHCHECK CMD\n", "`HEALTHCHECK CMD` has no command.", 2),
    ("FROM a:1\nHEALTHCHECK NONE x\n", "`HEALTHCHECK NONE` takes no arguments.", 2),
    ("FROM a:1\nHEALTHCHECK --interval=5 CMD x\n", "`5` is not a valid value for `--interval`.", 2),
    ("FROM a:1\nONBUILD FROM b\n", "`ONBUILD` cannot be followed by `FROM`.", 2),
    ("FROM a:1\nONBUILD COPY x\n", "`COPY` needs a source and a destination, but has only `x`.", 2),
    ("FROM a:1\nUSER\n", "`USER` has no arguments.", 2),
    ("FROM a:1\nWORKDIR\n", "`WORKDIR` has no arguments.", 2),
    ("FROM a:1\npip install x\n", "`PIP` is not a Dockerfile instruction.", 2),
    ("RUN a\nFROM a:1\n", "`RUN` is before the first `FROM`.", 1),
    ("# escape=x\nFROM a:1\n", "The directive `escape` is `x`, but Docker accepts only a backslash or a backtick.", 1),
    ("# escape=`\n# escape=`\nFROM a:1\n", "The directive `escape` is set twice.", 2),
    ("# FROM a:1\n", "The Dockerfile has no `FROM`.", 1),
    ("FROM a:1\n\\\n", "The line ends with a continuation character, but no instruction follows.", 2),
]  # fmt: skip


LOWER = "invalid reference format: repository name ({}) must be lowercase"
# The text after a first line, the name that is refused, and why.
REFUSED_NAMES = [
    ("FROM Python:3", "Python:3", LOWER.format("library/Python") + ". Did you mean `python:3`?"),
    ("FROM python:3 AS a\nFROM me/App", "me/App", LOWER.format("me/App")),
    ("FROM ghcr.io/Me/app:1", "ghcr.io/Me/app:1", LOWER.format("Me/app")),
    ("FROM localhost:5000/App", "localhost:5000/App", LOWER.format("App")),
    ("ARG V=3\nFROM Python:$V", "Python:3", LOWER.format("library/Python")),
    ("FROM a:1\nCOPY --from=Nginx:1 /x /x", "Nginx:1", LOWER.format("library/Nginx")),
    ("FROM python:", "python:", "invalid reference format."),
    ("FROM python:3:4", "python:3:4", "invalid reference format."),
    ("FROM python@sha256:12", "python@sha256:12", "invalid reference format."),
    ("FROM -python", "-python", "invalid reference format."),
    ("FROM https://h/python", "https://h/python", "invalid reference format."),
]
TWO = "FROM a:1\nFROM a:1\n"
REFUSED_STAGES = [
    (f"{TWO}COPY --from=5 /x /x", "5", "invalid stage index 5. The file has 2 stages, numbered from 0."),
    (f"{TWO}COPY --from=2 /x /x", "2", "invalid stage index 2."),
    (
        "FROM a:1\nCOPY --from=-1 /x /x",
        "-1",
        "invalid stage index -1. The file has 1 stage, numbered from 0.",
    ),
    ("FROM a:1 AS x\nCOPY --from=X /x /x", "X", "circular dependency detected on stage `X`."),
    ("FROM a:1\nARG I=b\nCOPY --from=$I /x /x", "$I", "variable expansion is not supported for `--from`."),
]
REFUSED_MOUNTS = [
    ("type=foo", 'unsupported mount type "foo"'),
    ("type=volume,target=/x", 'unsupported mount type "volume"'),
    ("type=,target=/x", 'unsupported mount type ""'),
    ("type=cache,taget=/x", "unexpected key 'taget' in 'taget=/x'"),
    ("cache", "invalid field 'cache' must be a key=value pair"),
    ("type=cache,target=/x,sharing=all", 'unsupported sharing value "all"'),
    ("type=bind,target=/x,sharing=locked", "invalid cache sharing set for bind mount"),
    ("type=cache,target=/x,uid=me", "invalid value me for uid"),
    ("type=secret,id=x,required=maybe", "invalid value for required: maybe"),
]
TAKEN = [
    *("FROM python", "FROM localhost:5000/a/b_c:V1.2", "FROM Me/app", "FROM REGISTRY.example.org:5000/a"),
    *(f"FROM python:3@sha256:{'a' * 64}", "FROM a AS Base\nFROM BASE", "ARG A\nFROM $A", "FROM a__b/c--d.e"),
    *("FROM a\nFROM b\nCOPY --from=0 /x /x", "FROM a AS Build\nFROM b\nCOPY --from=build /x /x"),
    *("FROM a\nCOPY --from=nginx:1 /x /x", "FROM a\nRUN --mount=type=secret,id=x,required x", "FROM scratch"),
    "FROM a\nRUN --mount=type=cache,target=/x,sharing=locked,mode=0755,uid=1,ro=true x",
    *("FROM a\nRUN --mount=type=ssh x", "FROM a\nRUN --mount=target=. x"),
    *("FROM a\nRUN --mount=type=TMPFS,target=/x,size=1 x", "FROM a\nRUN --network=none x"),
    "FROM a\nRUN --mount=type=secret,id=x,env=TOKEN x",
]


def test_names_and_mounts_that_buildkit_refuses_are_refused_in_its_words():
    cases = [(text, f"Docker rejects `{name}`: {why}") for text, name, why in REFUSED_NAMES]
    cases += [(text, f"Docker rejects `--from={name}`: {why}") for text, name, why in REFUSED_STAGES]
    cases += [
        (f"FROM a:1\nRUN --mount={mount} x", f"Docker rejects `--mount={mount}`: {why}.")
        for mount, why in REFUSED_MOUNTS
    ]
    cases += [
        (
            "FROM a:1\nRUN --network=bridge x",
            "Docker rejects `--network=bridge`: network `bridge` is not valid.",
        ),
        ("ARG B=\nFROM $B", "The base name (`$B`) should not be blank."),
    ]
    for text, says in cases:
        faults = read_dockerfile("Dockerfile", f"{text}\n").faults
        assert faults and faults[0].says.startswith(says), (text, faults)
        assert faults[0].place.line == text.count("\n") + 1, text


def test_names_and_mounts_that_buildkit_accepts_are_accepted():
    for text in TAKEN:
        assert not read_dockerfile("Dockerfile", f"{text}\n").faults, text


def test_texts_are_read_as_buildkit_reads_them():
    for text, expected in READ:
        file = read_dockerfile("Dockerfile", f"FROM a:1\n{text}\n")
        assert not file.faults, (text, file.faults)
        found = [
            (one.name, one.value, *(document.text for document in one.documents))
            for one in file.final.instructions
        ]
        assert found == expected, text


def test_what_buildkit_refuses_is_refused_with_its_line():
    for text, says, line in REFUSED:
        faults = read_dockerfile("Dockerfile", text).faults
        assert faults and faults[0].says.startswith(says), (text, faults)
        assert faults[0].place.line == line, text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# syntax=docker/dockerfile:1\n# escape=`\nFROM a:1\nRUN x `\n  y\nCMD c:\\\n", ["RUN", "CMD"]),
        ("# check=skip=all\n# escape=`\nFROM a:1\nRUN x `\n  y\n", ["RUN"]),
        ("# a comment\n# escape=`\nFROM a:1\nRUN x `\nCMD y\n", ["RUN", "CMD"]),
        ("\n# escape=`\nFROM a:1\nRUN x `\nCMD y\n", ["RUN", "CMD"]),
        ("#Escape = `\nFROM a:1\nRUN x `\n  y\n", ["RUN"]),
        ("\ufeffFROM a:1\nRUN x\n", ["RUN"]),
        ("\\\nFROM a:1\nRUN x\n", ["RUN"]),
    ],
)
def test_directives_come_before_everything_else(text, names):
    file = read_dockerfile("Dockerfile", text)
    assert not file.faults
    assert [one.name for one in file.final.instructions] == names


def test_buildkit_itself_reads_the_texts_alike():
    dockerfile = pytest.importorskip("dockerfile")  # BuildKit's parser; its wheel is for Linux on x86_64
    wholes = [f"FROM a:1\n{text}\n" for text, _ in READ if not text.startswith("ONBUILD")]
    for whole in wholes:
        theirs = [
            (one.start_line, one.cmd.upper(), one.json, *(document.content for document in one.heredocs))
            for one in dockerfile.parse_string(whole)
        ]
        file = read_dockerfile("Dockerfile", whole)
        ours = [
            (
                one.place.line,
                one.name,
                one.listed is not None,
                *(document.text + ("\n" if document.text else "") for document in one.documents),
            )
            for stage in file.stages
            for one in stage.instructions
        ]
        assert [one for one in theirs if one[1] != "FROM"] == ours, whole
    refused_by_lines = [
        text for text, says, _ in REFUSED if "here-document `<<" in says or "directive" in says
    ]
    for text in refused_by_lines:
        with pytest.raises(dockerfile.GoParseError):
            dockerfile.parse_string(text)


@pytest.mark.parametrize(
    ("before", "word", "value", "unknown"),
    [
        ("", "${A:-b}", "b", []),
        ("", "${A-b}", "b", []),
        ("", "$A", "", ["A"]),
        ("", "x${A:+y}", "x", []),
        ("ARG A", "$A", "", ["A"]),
        ("ARG A", "${A:-b}", "b", []),
        ("ARG A=1", "$A-${A}", "1-1", []),
        ("ARG A=1", "${A:-b}${A:+c}", "1c", []),
        ("ARG A=", "${A:-b}${A-c}", "b", []),
        ("ARG A=1\nENV A=2", "$A", "2", []),
        ("ENV A=2\nARG A=1", "$A", "2", []),
        ("ENV A=1 B=$A", "$B", "", ["B"]),  # B gets the value that A had before this instruction
        ("ENV A=1\nENV B=$A", "$B", "1", []),
        ('ENV A="1 2"', "$A", "1 2", []),
        ("ENV A 1 2", "$A", "1 2", []),
        ("ENV A='$B'", "$A", "$B", []),
        ("ENV A=1", "\\$A'$A'\"$A\"", "$A$A1", []),
        ("ARG G", "$G", "global", []),
        ("", "$G", "", ["G"]),
        ("ARG TARGETARCH", "$TARGETARCH", "", ["TARGETARCH"]),
        ("ENV A=a.tar.gz", "${A%.gz}", "", ["A"]),
        ("", "${A:-${B:-c}}", "c", []),
        ("ENV A=1", "${A:-$B}", "1", []),
        ("", "${A:?not there}", "", ["A"]),
        ("", "costs 5$", "costs 5$", []),
    ],
)  # fmt: skip
def test_variables_have_the_values_that_the_file_gives(before, word, value, unknown):
    text = f"ARG G=global\nFROM a:1\n{before}\nWORKDIR {word}\n"
    file = read_dockerfile("Dockerfile", text)
    assert not file.faults
    one = file.final.instructions[-1]
    found = substitute(file.final, one, one.value)
    assert (found.text, found.unknown) == (value, unknown)


def test_stages_that_start_from_each_other_inherit_triggers_and_variables():
    text = (
        "ARG V=3.12\nFROM python:${V}-slim AS Base\nARG A=1\nENV E=2\nONBUILD RUN trigger\n"
        "FROM base AS b\nRUN x\nFROM b:1\n"
    )
    base, second, third = read_dockerfile("Dockerfile", text).stages
    assert (base.base, base.name, second.before, third.before) == ("python:3.12-slim", "base", base, None)
    assert [one.value for one in second.all("RUN")] == ["trigger", "x"]
    one = second.instructions[-1]
    found = substitute(second, one, "$A$E")
    assert (found.text, found.unknown) == ("2", ["A"])


PIECES = [
    *(
        "RUN ",
        "COPY ",
        "ADD ",
        "ENV ",
        "CMD ",
        "ONBUILD ",
        "HEALTHCHECK ",
        "CMD x\n",
        "FROM b\n",
        "EXPOSE 80\n",
    ),
    *(
        "<<EOF",
        "<<-EOF",
        '<<"E"',
        "<<'E'",
        "<<<w",
        "2<<EOF",
        "<<",
        "< <EOF",
        "EOF\n",
        "E\n",
        "\tEOF\n",
        "$((1<<2))",
    ),
    *(
        "\n",
        "\n",
        "\\\n",
        "\\\n",
        "`\n",
        "# c\n",
        " ",
        "\t",
        "a",
        "b ",
        '"',
        "'",
        "\\",
        "`",
        "[",
        "]",
        ";",
        "&&",
    ),
    *('["a", "b"]', '["a", 1]', "--mount=type=a ", "--from=x ", "A=1 ", "${A}", "${A:-b}", "LABEL a=b\n"),
]


def test_generated_texts_are_read_alike():
    dockerfile = pytest.importorskip("dockerfile")
    chance = random.Random(8)
    alike = 0
    for _ in range(3000):
        text = "FROM a\n" + "".join(chance.choices(PIECES, k=chance.randint(2, 12)))
        if re.search(r"\]\s*(\\\n\s*)*\S", text):  # the oracle is older: it reads past what follows a list
            continue
        file = read_dockerfile("Dockerfile", text)
        if file.faults:  # BuildKit's parser leaves words, names and values to a later stage
            continue
        theirs = [
            (one.start_line, one.cmd.upper(), [document.name for document in one.heredocs])
            for one in dockerfile.parse_string(text)
        ]
        ours = [(stage.place.line, "FROM", []) for stage in file.stages]
        ours += [
            (one.place.line, one.name, [document.name for document in one.documents])
            for one in file.instructions()
        ]
        assert [
            (line, name, names if name != "ONBUILD" else []) for line, name, names in sorted(ours)
        ] == theirs, text
        alike += 1
    assert alike > 50
