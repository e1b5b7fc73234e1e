"""Guess the language of a line, "" for a sentence. Own rules: lexers that guess call prose code."""

import re

from .commands import ASSIGNED, DOUBTFUL, PLAIN, is_command

PROMPT = re.compile(
    r"(?:(?:\[?[\w.-]{1,40}@[\w.-]{1,60}[^$#%>]{0,100}[$#%]\]?|\([\w.-]{1,40}\)\s[\w@:~/.-]{0,80}[$#]|\$"
    r"|PS [A-Z]:\\[^>]{0,100}>|>>>|\.\.\.|In \[\d+\]:|mysql>|\w{1,20}=[#>]|sqlite>|irb[^>]{0,20}>)\s+(?=\S)"
    r"|[A-Z]:\\[^>]{0,100}>\s*(?=\S)|[A-Z][\w.-]{1,30}(?:\([\w-]{1,30}\))?[#>](?=[a-z])"
    r"|PS [A-Z]:\\[^>]{0,100}>(?=\S)|>\s(?=[A-Za-z.][\w.]*(?:\s?<-\s|\()))"
)
PYTHON_PROMPT = (">>>", "...", "In [")
OPENERS = {
    "hcl": "resource provider variable terraform module output data locals backend",
    "groovy": "pipeline node stages stage agent environment steps post parameters triggers options script "
    "plugins repositories "
    "dependencies test subprojects",
    "java": "public private protected class interface @Override",
    "javascript": "function const let var async export",
    "nginx": "server location http upstream events",
    "c": "int void char struct typedef",
    "go": "func package type",
    "css": "body html div",
}
FIRST = {word: language for language, words in OPENERS.items() for word in words.split()}
OPENING = re.compile(r"[\w.#@\"'$-][^;?!]{0,200}[\s)]\{$|\w[\w.-]*\{$")
PYTHON = re.compile(
    r"from [\w.]+ import [\w(*]|import [a-zA-Z_][\w.]*(?: as \w+)?(?:, ?[a-zA-Z_][\w.]*(?: as \w+)?)*$"
    r"|def \w+\(|class \w+(?:\([\w., =]*\))?:$"
    r"|print\(|@\w+(?:\.\w+)*(?:\([^)]*\))?$|(?:async )?with [\w.]+\(.*:$|for \w+(?:, ?\w+)* in [\w.]+\(?.*:$"
    r"|[a-z_]\w* = lambda\b.*:|(?:async )?with [\w.]+\($|if __name__"
    r"|[A-Za-z_]\w*(?:, ?[A-Za-z_]\w*)* ?= ?[A-Za-z_][\w.]*[(\[]\S"
    r"|[a-z_][\w.]*(?:\[[^\]]*\])?(?:, ?[a-z_]\w*)* ?[+*/-]?= ?(?:[\w.]+[(\[]|[\[{\"'(]|-?\d[\w.]*(?!\s+[A-Za-z])"
    r"|True\b|False\b|None\b)"
    r"|[a-zA-Z_]\w*(?:\.\w+)+\(.*\)?$|%(?:matplotlib|timeit|load_ext|run)\b"
)
PYTHON_MORE = re.compile(
    r"(?:else:|try:|finally:|[a-z_][\w.]*(?:, ?[a-z_]\w*)* ?[+*/-]?= ?\S.*|except[^:]*|elif .+|if .+|for .+"
    r"|while .+|return\b.*|pass|break|continue|raise .+"
    r"|[)\]}]+[,:]?|\"\"\".*|[a-z_]\w*\([^()]*(?:\([^()]*\)[^()]*)*\)(?:\s{1,9}#.*)?)$"
)
DOCKERFILE = re.compile(
    r"FROM [\w./:@${}-]+(?: (?:AS|as) [\w.-]+)?$"
    r"|(?:RUN|COPY|WORKDIR|ENTRYPOINT|CMD|EXPOSE|HEALTHCHECK) (?![-=:→–—]+>? )\S"
)
DOCKERFILE_MORE = re.compile(
    r"(?:FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL"
    r"|HEALTHCHECK|SHELL|MAINTAINER) (?![-=:→–—]+>? )\S"  # RUN -- at build time: explained
)
SQL = re.compile(
    r"(?:SELECT\s.+|ANALYZE \w+;|VACUUM.*;|EXPLAIN\s.*(?:SELECT|INSERT|UPDATE)\s.+|WITH \w+ AS .+"
    r"|INSERT INTO .+|UPDATE \w+ SET .+|DELETE FROM .+|CREATE (?:OR REPLACE )?(?:TABLE|DATABASE"
    r"|VIEW|INDEX|USER|SCHEMA) .+"
    r"|ALTER TABLE .+|DROP (?:TABLE|DATABASE|VIEW|INDEX) .+|GRANT .+ ON .+|USE \w+;|SHOW (?:TABLES"
    r"|DATABASES);?)$"
)
SQL_LOWER = re.compile(
    r"(?:select|insert into|update|delete from|create (?:table|database)|alter table|drop table|show)\s.+;$",
    re.IGNORECASE,
)
SQL_TALK = re.compile(r"\s(?:is|are|the|will|shows?|does|means|used)\s[^;]*$|\.\.\.|[.?]$")
SQL_MORE = re.compile(
    r"(?:FROM|WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|VALUES|JOIN|LEFT|RIGHT|INNER|ON|AND|OR|SET|UNION)\b"
    r"|[\w\s(),'\"]+[,;)]$",
    re.IGNORECASE,
)
SHELL = re.compile(
    r"#!/|(?:if|while|until) \[|(?:for|while|until|if) .+; ?(?:do|then)$|(?:export|alias|declare|local) \w+="
    r"|\w+\(\) ?\{$|cat <<"
    r"|&& |\|\| "
)
SHELL_MORE = re.compile(
    r"(?:fi|done\b.*|then|else|esac|do|elif .+|case .+ in|;;|\}|\)|EOF)$|[|&>]{1,2} \S|-{1,2}\w"
)
OTHER = [
    (
        "r",
        re.compile(
            r"[A-Za-z.][\w.]* <- \S|library\(\w+\)$|(?:str|head|summary|plot|mean|abline)\([\w.]+[,)]"
            r"|[A-Za-z.][\w.]*(?:\([^()]*\))? (?:%>%|\|>)$|(?:ggplot|plot|hist|boxplot|barplot|lm|abline|t\.test)\(\S"
        ),
    ),
    (
        "javascript",
        re.compile(
            r"(?:const|let|var) [\w{\[][^=]{0,80}= ?|console\.log\(|function \w*\(|require\("
            r"|import .+ from ['\"]"
        ),
    ),
    (
        "java",
        re.compile(
            r"(?:public|private|protected) (?:static |final |abstract )*(?:class|void|int|String|interface"
            r"|\w+ \w+\()|System\.out\.|(?:int|long|double|float|boolean|char|String) \w+ = .*;|(?:for|while"
            r"|if|switch) \(.*\) \{$|package [\w.]+;$|import (?:static )?[\w.]+\*?;$"
        ),
    ),
    ("c", re.compile(r"#include ?[<\"]|(?:int|void|char|float|double) \w+\(.*\) ?\{?$|printf\(")),
    ("go", re.compile(r"package main$|func \w+\(|fmt\.Print|\w+ := ")),
    (
        "xml",
        re.compile(
            r"<\?xml|<(?:project|dependency|configuration|property|beans?|settings|plugin|artifactId"
            r"|groupId)\b[^>]*>"
        ),
    ),
    (
        "html",
        re.compile(
            r"<!DOCTYPE html|</?(?:html|head|body|div|script|form|table|ul|title|link|meta)\b[^>]*>",
            re.IGNORECASE,
        ),
    ),
    (
        "powershell",
        re.compile(
            r"param ?\($|function [A-Z]\w+-\w+|(?:Get|Set|New|Remove|Install|Start|Stop|Invoke|Import"
            r"|Test)-[A-Z]\w+\b|\$env:\w+|\$\w+ = "
        ),
    ),
]
# Arithmetic of a sentence: `r = 4, w = 2`, `accuracy = (50 + 35) / 100 = 85 %`.
# And an option with its explanation: `how='left' same as LEFT JOIN`.
PAIRS = re.compile(
    r"\w+ ?= ?(?:'[^']*'|\"[^\"]*\") (?!(?:if|for|and|or|in|not|is|else)\b)[a-z]"
    r"|\w+ ?= ?[^=,(]+, ?\w+ ?= ?|[^=!<>]{1,60} = [^=!<>]{1,80}[\d)] = |.*\d ?%$"
)
WINDOWS = re.compile(r"(?<![^\s\"'])(?:[A-Z]:(?:\\|\s|$)|\\\\\w|/[A-Z]{1,5}(?::\S*)?(?=\s|$)|\.?\w+\\\w)")
TRAILING = re.compile(r"(?<=[;{})\w])\s+//\s.*$")
TERMINATED = re.compile(r"(?:[\w.<>\[\]]+ )?[\w.$\[\]]+ ?(?:=[^=].*|\([^.!?]*\));$")
SIGNS = re.compile(r"[=(){}\[\]<>;$@%#&|\\/\"'`:]|^[a-z.~]|^[A-Z]+\s|-")


def guess_line(text: str) -> str:
    """Return the language of a line that is surely code."""
    if not SIGNS.search(text):
        return ""
    first = text.split(maxsplit=1)[0]
    text = TRAILING.sub("", text) or text
    if text.endswith("%>%"):
        return "r"
    if is_command(text):
        return "batch" if WINDOWS.search(text) else "bash"
    if SHELL.match(text) or (ASSIGNED.match(text) and " " not in text):
        return "bash"
    if DOCKERFILE.match(text) and text.isascii():
        return "dockerfile"
    for language, pattern in OTHER:
        if pattern.match(text):
            return language
    if PYTHON.match(text) and not text.endswith((".", "?")) and not PAIRS.match(text):
        return "python"
    if (SQL.match(text) and not SQL_TALK.search(text)) or SQL_LOWER.match(text):
        return "sql"
    if text[-1] == "{" and OPENING.match(text):
        return FIRST.get(re.split(r"[({]", first)[0], "css" if first[0] in ".#" else "text")
    return "text" if text[-1] == ";" and TERMINATED.match(text) else ""


def continues(language: str, text: str) -> bool:
    """Tell if a line may follow a line of this language, directly below it."""
    if language in ("bash", "batch"):
        is_bare = text in PLAIN or text in DOUBTFUL
        return is_bare or bool(SHELL_MORE.match(text) or ASSIGNED.match(text))
    if language == "r" and (text[:1] == "+" or text.startswith("geom_")):
        return True
    if language == "python":
        return bool(PYTHON_MORE.match(text) or PYTHON.match(text))
    if language == "dockerfile":
        return bool(DOCKERFILE_MORE.match(text))
    if language == "sql":
        return bool(SQL_MORE.match(text))
    if language in ("xml", "html"):
        return text.startswith("<")
    return text[0] in ")]}" or text.endswith((";", "{", "}", ","))
