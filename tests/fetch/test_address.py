"""Addresses that people paste, and texts that only look like one."""

import pytest

from labs.grader.fetching import listing
from labs.grader.fetching.address import Address, AddressError, read_address

PAGE = "https://github.com/octocat/mlops-lab"


def refusal(text, **hosts):
    with pytest.raises(AddressError) as caught:
        read_address(text, **hosts)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        f"{PAGE}.git",
        f"{PAGE}/",
        f"  {PAGE}.git/ \n",
        "http://github.com/octocat/mlops-lab",
        "HTTPS://GitHub.com/octocat/mlops-lab",
        "https://www.github.com/octocat/mlops-lab",
        "www.github.com/octocat/mlops-lab",
        "github.com/octocat/mlops-lab",
        "git@github.com:octocat/mlops-lab.git",
        "ssh://git@github.com/octocat/mlops-lab.git",
        "octocat/mlops-lab",
        f"{PAGE}/tree",
        "https://github.com:443/octocat/mlops-lab",
        "HTTPS://WWW.GitHub.com:443/octocat/mlops-lab.git/",
        "http://github.com:80/octocat/mlops-lab",
        "https://github.com:/octocat/mlops-lab",
        "https://github.com./octocat/mlops-lab",
        "github.com:443/octocat/mlops-lab",
        "https://github.com/octocat/mlops-lab.GIT",
        "ssh://git@github.com:22/octocat/mlops-lab.git",
        "ssh://github.com/octocat/mlops-lab",
        "ssh://git@ssh.github.com:443/octocat/mlops-lab.git",
        "git+ssh://git@github.com/octocat/mlops-lab.git",
        "github.com:octocat/mlops-lab.git",
        "git@github.com:/octocat/mlops-lab",
        f"<{PAGE}>",
        f"\u201c{PAGE}\u201d,",
        f"\ufeff`{PAGE}`\u200b",
    ],
)
def test_each_form_that_people_paste_is_the_same_repository(text):
    address = read_address(text)
    assert address == Address("github.com", "octocat", "mlops-lab")
    assert (address.url, address.page) == (f"{PAGE}.git", PAGE)


@pytest.mark.parametrize(
    ("more", "branch"),
    [("/tree/main", "main"), ("/tree/feature/a/b/", "feature/a/b"), (".git/tree/v1.0", "v1.0")],
)
def test_a_branch_of_the_address_is_kept_with_its_slashes(more, branch):
    assert read_address(PAGE + more) == Address("github.com", "octocat", "mlops-lab", branch)


@pytest.mark.parametrize("name", ["a.b", ".github", "A-b_c", "x" * 100, "lab.git.git"])
def test_names_as_hosts_allow_them_are_read(name):
    assert read_address(f"octocat/{name}").name == name.removesuffix(".git")


@pytest.mark.parametrize("kind", ["blob", "raw", "blame", "edit"])
def test_the_address_of_a_file_names_the_repository_instead(kind):
    error = refusal(f"{PAGE}/{kind}/main/README.md")
    assert (error.code, error.suggestion) == ("file", PAGE)
    assert error.message == (f"Enter a repository URL. The URL points to a file. The repository is `{PAGE}`.")


@pytest.mark.parametrize("more", ["/issues", "/pull/3/files", "/commit/9f3c2e1", "/settings"])
def test_the_address_of_another_page_names_the_repository_instead(more):
    error = refusal(PAGE + more)
    assert (error.code, error.suggestion) == ("page", PAGE)


@pytest.mark.parametrize(("more", "code"), [("?tab=readme", "query"), ("#readme", "fragment")])
def test_what_a_browser_appends_is_refused_with_the_address_without_it(more, code):
    error = refusal(PAGE + more)
    assert (error.code, error.suggestion) == (code, PAGE)


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ("https://github.com:8443/octocat/mlops-lab", "port", PAGE),
        ("https://user:secret@github.com/octocat/mlops-lab", "userinfo", PAGE),
        ("https://github.com@evil/octocat/mlops-lab", "userinfo", None),
        ("git clone git@github.com:octocat/mlops-lab.git lab", "blank_inside", PAGE),
        ("my own repository", "blank_inside", None),
        ("git://github.com/octocat/mlops-lab", "scheme", PAGE),
        ("git+https://github.com/octocat/mlops-lab.git", "scheme", PAGE),
        (f"[my work]({PAGE})".replace(" ", "-"), "scheme", PAGE),
        ("ftp://evil.io/octocat/mlops-lab", "scheme", None),
        (f"{PAGE}/tree/feature/a?tab=readme", "query", f"{PAGE}/tree/feature/a"),
    ],
)
def test_a_url_that_can_be_recognised_is_suggested(text, code, suggestion):
    error = refusal(text)
    assert (error.code, error.suggestion) == (code, suggestion)
    assert "secret" not in error.message


def test_the_suggestion_for_a_file_with_a_line_is_the_repository():
    assert refusal(f"{PAGE}/blob/main/a.py#L3").suggestion == PAGE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("octocat", "no_repository"),
        ("https://github.com/octocat", "no_repository"),
        ("https://github.com", "no_repository"),
        ("my repository", "blank_inside"),
        ("x" * 500, "long"),
        ("https://gitlab.com/octocat/lab", "host"),
        ("git@gitlab.com:octocat/lab", "host"),
        ("https://github.com.evil.io/octocat/lab", "host"),
        ("https://evilgithub.com/octocat/lab", "host"),
        ("https://github.com:8443/octocat/lab", "port"),
        ("https://github.com:80/octocat/lab", "port"),
        ("github.com.evil.io:octocat/lab", "host"),
        ("https://user:secret@github.com/octocat/lab", "userinfo"),
        ("https://github.com/octocat%2flab/x", "percent"),
        ("https://github.com/octocat/..", "dots"),
        ("https://github.com/../octocat/lab", "dots"),
        ("https://github.com/octocat/lab\nhttps://evil.io/a/b", "control"),
        ("https://github.com/octocat/lab\0", "control"),
        ("https://github.com/\u043ectocat/lab", "letters"),
        ("https://github.com/octocat\u2215lab", "letters"),
        ("https://github.com\\@evil.io/a/b", "backslash"),
        ("https://github.com//octocat/lab", "no_address"),
        ("octocat/.git", "no_address"),
        ("octocat/-x", "no_address"),
        ("ftp://github.com/octocat/lab", "scheme"),
        ("git://github.com/octocat/lab", "scheme"),
        ("http::https://github.com/octocat/lab", "scheme"),
        ("fd::17/foo", "port"),
    ],
)
def test_text_that_is_not_an_address_has_its_own_code_and_one_sentence_for_people(text, code):
    error = refusal(text)
    assert error.code == code
    assert error.message.startswith("Enter a repository URL. ")
    assert error.message.isprintable() and error.message.endswith(".")


def test_each_reason_has_its_own_sentence():
    texts = (
        "",
        "a",
        "a b",
        "x" * 500,
        "gitlab.com/a/b",
        "a@github.com/a/b",
        "a/%2f",
        "a/..",
        "ü/a",
        "a/b?",
        "a/b#",
    )
    messages = [refusal(text).message for text in texts]
    assert len(set(messages)) == len(texts)


def test_a_password_in_an_address_is_not_repeated_to_the_reader():
    assert "secret" not in refusal("https://user:secret@github.com/octocat/lab").message


def test_a_bare_name_is_on_the_first_allowed_host_and_other_hosts_are_named():
    hosts = ("git.example.org", "github.com")
    assert read_address("octocat/lab", hosts=hosts).host == "git.example.org"
    assert read_address(PAGE, hosts=hosts).host == "github.com"
    assert "git.example.org or github.com" in refusal("https://gitlab.com/a/b", hosts=hosts).message


def test_a_port_is_read_only_if_the_setting_names_it():
    hosts = ("git.example.org:8443",)
    assert (
        read_address("https://git.example.org:8443/a/b", hosts=hosts).url
        == "https://git.example.org:8443/a/b.git"
    )
    assert refusal("https://git.example.org:8444/a/b", hosts=hosts).code == "port"
    assert refusal("https://git.example.org/a/b", hosts=hosts).code == "host"


@pytest.mark.parametrize(
    "parts", [("-x", "a", "b"), ("github.com", "a/b", "c"), ("github.com", "a", ".."), ("a\n", "b", "c")]
)
def test_parts_that_could_mislead_are_refused(parts):
    with pytest.raises(ValueError, match="not the parts of a repository URL"):
        Address(*parts)


# the cases A1 to A5, first by the address rule; the second line of defence is in test_hostile_server.py


def test_a01_a_helper_that_runs_a_shell_is_not_an_address():
    assert refusal("ext::sh -c 'touch /tmp/ran'").code == "blank_inside"
    assert refusal("ext::sh").code == "no_address"


def test_a02_a_file_of_the_machine_is_not_an_address():
    assert refusal("file:///etc/passwd").code == "scheme"
    assert [refusal(text).code for text in ("/etc/passwd", "../other", "./a/b")] == [
        "no_address",
        "dots",
        "no_address",
    ]


def test_a03_an_ssh_option_is_not_an_address():
    assert refusal("ssh://-oProxyCommand=touch/x").code == "option"
    assert refusal("git@-oProxyCommand=touch:a/b").code == "option"


def test_a04_an_option_of_git_is_not_an_address():
    assert refusal("--upload-pack=touch").code == refusal("-u/x").code == "option"


def test_a05_a_host_behind_another_name_is_not_an_address():
    assert refusal("https://github.com@evil/a/b").code == "userinfo"


def test_the_url_is_built_from_the_parts_only():
    assert listing.HEADS not in read_address(f"{PAGE}/tree/refs/heads/x").url
