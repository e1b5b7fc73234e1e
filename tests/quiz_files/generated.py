"""Generated questions of every kind, as an author may write them."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from lessons.quizzes.hints import Hint
from lessons.quizzes.kinds.cloze import Cloze
from lessons.quizzes.kinds.free_text import FreeText
from lessons.quizzes.kinds.matching import Matching
from lessons.quizzes.kinds.multiple_choice import MultipleChoice
from lessons.quizzes.kinds.numeric import Numeric, Range
from lessons.quizzes.kinds.ordering import Ordering
from lessons.quizzes.kinds.short_text import ShortText
from lessons.quizzes.kinds.single_choice import SingleChoice
from lessons.quizzes.options import Option

# Words with every sign that means something in one of the formats, escaped where Markdown needs it.
WORDS = [
    *(
        "Git",
        "branch",
        "Größe",
        "分岐",
        "snake_case",
        "a=b",
        "50%",
        "%50%",
        "x:y",
        "a->b",
        "{x}",
        "#1",
        "C:",
        "1.5",
    ),
    *("&", "<3", "**bold words**", "*words*", "~~gone~~", "“quoted”", '"', "it's", "/", "://"),
    *(r"\*", r"\\", r"\[x\]", r"\~", r"\`", r"\_", r"\<b>", r"\&lt;", "`a ~ b = {c} # d: e`", "`x\\y`"),
    *("[a link](https://example.org/a_b?c=d)", "[a lesson](lesson:git#add)"),
]
SIGNS = [
    "git",
    "branch",
    "-a",
    "*",
    "~",
    "=",
    "#",
    "{}",
    ":",
    "\\",
    "|",
    "%50%",
    "é",
    "a/b",
    "->",
    "<b>",
    "&amp;",
]
line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(
    lambda words: "So " + " ".join(words) + "."
)
blocks = st.sampled_from(
    [
        "A paragraph, with `code`.",
        '```bash\ngit commit -m "a ~ b"\n\ngit log # {1..3}\n```',
        "- one\n- two",
        "1. one\n2. two",
        "| A | B |\n|---|---|\n| 1 \\| 2 | `x` |",
        "> quoted",
    ]
)
paragraphs = st.lists(st.one_of(line, blocks), min_size=0, max_size=2, unique=True).map("\n\n".join)
typed = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=3).map(" ".join)
number = st.builds(lambda sign, whole, rest: f"{sign}{whole}{rest}", st.sampled_from(["", "-"]),
                   st.integers(0, 10**6), st.sampled_from(["", ".5", ".25", "e3"]))  # fmt: skip
points = st.sampled_from([Decimal(1)] * 3 + [Decimal(2), Decimal("0.5"), Decimal("1.25")])


@st.composite
def common(draw):
    prompt = f"{draw(line)}\n\n{draw(paragraphs)}".strip()
    return {"key": "", "prompt": prompt, "points": draw(points), "explanation": draw(line), "line": 0}


@st.composite
def choice(draw):
    texts = draw(st.lists(line, min_size=2, max_size=5, unique=True))
    right = draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)).filter(any))
    pins = draw(st.sampled_from([[False] * 5, [True] * 5, [False] * 4 + [True]]))
    explanations = st.one_of(st.just(""), line)
    options = tuple(
        Option(text, is_right, draw(explanations), pin)
        for text, is_right, pin in zip(texts, right, pins, strict=False)
    )
    kind = MultipleChoice if sum(right) > 1 else SingleChoice
    return kind(**draw(common()), options=options)


@st.composite
def true_false(draw):
    is_true = draw(st.booleans())
    options = tuple(
        Option(word, word == str(is_true), draw(st.one_of(st.just(""), line)), True)
        for word in ("True", "False")
    )
    return SingleChoice(**draw(common()), options=options)


@st.composite
def ordering(draw):
    fields = draw(common())
    fields["prompt"] = draw(line)
    return Ordering(**fields, items=tuple(draw(st.lists(line, min_size=2, max_size=4, unique=True))))


@st.composite
def matching(draw):
    fields = draw(common())
    fields["prompt"] = draw(line)
    lefts = draw(st.lists(line, min_size=2, max_size=4, unique=True))
    pairs = tuple((left, draw(line)) for left in lefts)
    return Matching(
        **fields, headers=draw(st.sampled_from([("Item", "Match"), ("Role", "Work")])), pairs=pairs
    )


@st.composite
def hints(draw, accepted, wrong):
    """Explanations of accepted answers, in their order, then of wrong ones."""
    right = [Hint(text, draw(line)) for text in accepted if draw(st.integers(0, 3)) == 0]
    others = draw(st.lists(wrong, max_size=1))
    return (*right, *(Hint(text, draw(line), right=False) for text in others))


@st.composite
def short_text(draw):
    texts = draw(st.lists(typed.map("git {}".format), min_size=1, max_size=3, unique=True))
    patterns = draw(st.lists(st.sampled_from([r"/git\s+log/", "/git .*/", "/a|b/"]), max_size=1))
    accepted = (*texts, *patterns)
    return ShortText(
        **draw(common()), accepted=accepted, hints=draw(hints(accepted, typed.map("not {}".format)))
    )


@st.composite
def numeric(draw):
    texts = [
        draw(number) + (f" ± {draw(st.sampled_from(['0.1', '2', '0.005']))}" if draw(st.booleans()) else "")
        for _ in range(draw(st.integers(1, 3)))
    ]
    accepted = tuple(dict.fromkeys(texts))
    wrong = st.integers(-50, -40).map(lambda whole: f"{whole}.125")
    return Numeric(
        **draw(common()),
        accepted=tuple(Range(text, Fraction(0)) for text in accepted),
        hints=draw(hints(accepted, wrong)),
    )


@st.composite
def free_text(draw):
    notes = draw(
        st.one_of(st.just(""), st.lists(st.one_of(line, blocks), min_size=1, max_size=2).map("\n\n".join))
    )
    return FreeText(**draw(common()), words=draw(st.sampled_from([300, 50, 2000])), notes=notes)


@st.composite
def cloze(draw):
    fields, count = draw(common()), draw(st.integers(1, 3))
    fields["prompt"] = " and ".join(f"{draw(line)} ___" for _ in range(count))
    accepted = tuple(tuple(draw(st.lists(typed, min_size=1, max_size=2, unique=True))) for _ in range(count))
    return Cloze(**fields, accepted=accepted)


question = st.one_of(
    choice(), true_false(), ordering(), matching(), short_text(), numeric(), cloze(), free_text()
)
