import pytest

from .case_files import NAMES, load, topics
from .marks import tidy


@pytest.mark.parametrize("name", NAMES)
def test_an_expectation_is_about_its_notes(name):
    case = load(name)

    assert case.expected["about"] and case.expected["sessions"]
    assert case.path.is_file() or case.expected.get("built")


@pytest.mark.parametrize("name", [name for name in NAMES if load(name).has_lines])
def test_topics_are_in_order_and_named_by_their_line(name):
    case = load(name)
    starts = [topic["starts"] for _, topic in topics(case)]
    words = [
        topic["title"]
        for _, topic in topics(case)
        if not any(
            set(tidy(title).split())
            <= set(tidy(case.text(topic["starts"] - 1 or 1, topic["starts"] + 1)).split())
            for title in ([topic["title"]] if isinstance(topic["title"], str) else topic["title"])
        )
    ]

    assert starts == sorted(set(starts))
    assert words == []
