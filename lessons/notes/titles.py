"""Titles as a person would write them: `MLOps Lifecycle :::` becomes `MLOps lifecycle`."""

import re
from collections.abc import Iterable

from .rows import BADGE
from .signs import clean
from .words import word_list

PROPER = {
    word.lower(): word
    for word in word_list(
        "Agile Airflow Amazon Android Angular Ansible Apache Argo Azure Bash Bitbucket Cassandra Celery Chef "
        "Chrome Confluence Debian Django Docker Dockerfile DockerHub DevOps DevSecOps Eclipse Elastic Elasticsearch "
        "Excel Facebook Fedora FastAPI Firefox Flask GitHub GitLab Git GitOps Google Gradle Grafana Hadoop "
        "Helm Hibernate Instagram IntelliJ Istio Java JavaScript Jenkins Jira Jupyter Kafka Kanban Keras "
        "Kibana Kubernetes Kubeflow Lambda Linux Logstash Mac Maven Microsoft Minikube MLflow MLOps MongoDB "
        "MySQL Netflix Nexus Nginx Node Nomad NumPy OpenShift Oracle Pandas Podman Postgres PostgreSQL "
        "Prometheus PyTorch Python React Redis Ruby Rust Scala Scrum Selenium Slack Snowflake SonarQube Spark "
        "Splunk Spring Swarm Tableau TensorFlow Terraform Tomcat Travis TypeScript Ubuntu Unix Uber Vagrant "
        "Vault Vue Windows YouTube Zookeeper Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
        "February March April June July August September October November December English German French "
        "Spanish Hindi Tamil Telugu India Europe America "
    )
}
# Words of titles that are no names, whatever letter they start with.
COMMON = frozenset(
    word_list(
        "about access account accounts advanced agenda algorithm algorithms analysis and api application "
        "applications approach approaches architecture architectures basic basics benefits best branch "
        "branches build builds business case cases centralized challenges change changes chart charts class "
        "classes cloud cluster clusters code command commands common comparison components concept concepts "
        "configuration container containers continuous control core course create creating cycle data dataset "
        "datasets day defining delivery demo deploy design development diagram difference differences "
        "distributed domain engineer engineers engineering enhancement environment environments example "
        "examples exercise exercises exploratory feature features file files first flow for framework "
        "frameworks from function functions hands high how image images implement implementing implementation "
        "important in install installation installing integration into intro introduction issues iteration key lab "
        "labs language languages layer layers learning level levels lifecycle life list lists local machine "
        "maintenance management manager master merge method methodologies methodology methods metrics micro "
        "model models module modules monitoring monolith more multi namespace network networking networks new "
        "notes outline next node nodes object objects of on operations operator operators options or ordering other "
        "overview package packages packaging pattern patterns phase phases pipeline pipelines planning plan "
        "platform pods practice practices preparation principles problem problems process processes product "
        "production program programming project projects provider providers public push questions queue "
        "queues recap registry release releases remote repository repositories requirement requirements "
        "resource resources review reviews role roles rule rules run running sample script scripts second "
        "secret secrets security selection server servers service services session set setup simple single "
        "software source stage stages stateful states step steps storage strategies strategy structure "
        "structures summary system systems task tasks team teams terms test tests testing the theory third "
        "tips to tool tools topic topics training tutorial type types understanding unit usage use usecase "
        "usecases user users using value values validation validations variable variables version versioning "
        "versions via view views virtual volume volumes waterfall web week weeks what when where which why with work "
        "workflow workflows working world writing your "
    )
)
ENDINGS = re.compile(
    r"(?:tion|ment|ness|ance|ence|ology|ologie|ability|ivity|ality|ysis|ization|isation|ncy|ational|ive|ized"
    r"|ised)s?$"
)
MAKERS = ("GitHub", "GitLab", "Azure", "Google", "Visual", "AWS", "Amazon", "Power", "Microsoft")
NUMBERED = re.compile(
    r"(?:\d{1,2}[:.]\d\d(?:\s?[ap]m)?(?:\s*[-–:])?|\d{1,3}(?:\.\d{1,3})*[.):]?|\(\d{1,3}\)|[ivx]{1,4}[.)]|(?:topic|chapter|unit|module|section|part"
    r"|lesson)\s*\d{1,3}\s*[:.\-–)]|(?:topic|thema|tema|sujet)\s*[:–-])\s+(?=\S)",
    re.IGNORECASE,
)
# `(10 min)` behind a title is no part of it.
LASTING = re.compile(r"\s*[(\[][~≈]?\d{1,3}\s?(?:min(?:utes|uten|s)?\.?|h|hours?|hrs?)[)\]]$", re.IGNORECASE)
CAPITAL_NOUNS = frozenset(
    word_list(
        "nicht eine einen wird oder auch sind kein keine über nach beim werden jede jeder durch wenn dann mehr"
    )
)
# Small words that stay so between capitals, and in a question with some words in capitals.
SMALL = frozenset(
    word_list("is are was the an a of to in for with and or do does did we you need vs from by how")
)
# Of SQL, which is written in capitals.
KEYWORDS = frozenset(
    word_list("select insert update delete create values having unique truncate foreign primary")
)
ASKS = re.compile(r"(?:what|why|how|when|which|who|where)\b", re.IGNORECASE)
MAX_TITLE = 100


def make_title(text: str, lower_words: frozenset[str] = frozenset()) -> str:
    """Return a title in sentence case. `lower_words` are words that the notes also write in small letters."""
    text = BADGE.sub("", text, count=1) if not text.isascii() and BADGE.match(text) else text
    bare = clean(re.sub(r"[`*]", "", text[found.end() if (found := NUMBERED.match(text)) else 0 :]))
    bare = LASTING.sub("", bare) or bare
    if len(lower_words & CAPITAL_NOUNS) > 2 and bare.upper() != bare:
        return bare[:1].upper() + bare[1:MAX_TITLE]  # nouns of German start with a capital
    words = bare.split()
    shouts = bare.upper() == bare and sum(letter.isalpha() for letter in bare) > 3
    if not shouts and ASKS.match(bare):
        words = [
            word.lower() if place and word.lower() in SMALL else word for place, word in enumerate(words)
        ]
    title = " ".join(
        word if place and words[place - 1] in MAKERS else _word(word, place, shouts, lower_words)
        for place, word in enumerate(words)
    )
    title = (
        title[:1].upper() + title[1:]
        if title[:1].islower() and not re.match(r"[a-z]+[A-Z]", title)
        else title
    )
    if len(title) > MAX_TITLE:
        title = f"{title[: MAX_TITLE - 1].rsplit(' ', 1)[0]}…"
    return title


def _word(word: str, place: int, shouts: bool, lower_words: frozenset[str]) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: _letters(found[0], place, shouts, lower_words), word)


def _letters(word: str, place: int, shouts: bool, lower_words: frozenset[str]) -> str:
    low = word.lower()
    if low in PROPER and (place == 0 or word.isupper() or word.istitle()):
        return PROPER[low]
    if shouts:
        is_word = len(low) > 5 and low not in KEYWORDS and not word.startswith("MY")
        is_common = (
            is_word or low in COMMON or low in SMALL or low in lower_words or bool(ENDINGS.search(low))
        )
        return (word.capitalize() if place == 0 else low) if is_common else word
    if place == 0 or not (word.istitle() and len(word) > 1):
        return word
    is_common = (
        low in COMMON
        or low in lower_words
        or bool(ENDINGS.search(low))
        or (low.endswith("ing") and len(low) > 5)
    )
    return low if is_common else word


def lower_case_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that are written in small letters somewhere."""
    found: set[str] = set()
    for text in texts:
        found.update(re.findall(r"(?<![^\W_])[^\W\d_A-Z]{4,}(?![^\W_])", text))
    return frozenset(word for word in found if word.islower())
