"""The rules for credentials. Values are drawn at random, so that this file contains none."""

import random
import string
import subprocess
import time

import pytest

from labs.grader.formats.secrets import belongs_outside, find_secrets, is_settings_file, masked

LETTERS = string.ascii_letters + string.digits


def drawn(length, alphabet=LETTERS):
    return "".join(random.Random(length).choices(alphabet, k=length))


BASE32 = string.ascii_uppercase + "234567"
PEM = "\n".join(drawn(64, LETTERS + "+/") for _ in range(5))
TOKENS = {
    "an AWS access key": ["AKIA" + drawn(16, BASE32), "ASIA" + drawn(16, BASE32)],
    "a GitHub token": [f"gh{kind}_{drawn(36)}" for kind in "oprsu"] + [f"github_pat_{drawn(22)}_{drawn(59)}"],
    "a GitLab token": ["glpat-" + drawn(20), "glpat-" + drawn(30) + ".01." + drawn(9), "glrt-" + drawn(20)],
    "a Slack token": [f"xoxb-{drawn(12, string.digits)}-{drawn(24)}", f"xoxe.xoxp-1-{drawn(40)}"],
    "a Stripe key": ["sk_live_" + drawn(24), "rk_live_" + drawn(99)],
    "a Google API key": ["AIza" + drawn(35, LETTERS + "-_")],
    "an Anthropic key": ["sk-ant-" + "api03-" + drawn(95)],
    "an OpenAI key": ["sk-proj-" + drawn(156), "sk-" + drawn(20) + "T3Blbk" + "FJ" + drawn(20)],
    "an npm token": ["npm_" + drawn(36)],
    "a PyPI token": ["pypi-" + "AgE" + drawn(150)],
    "a Docker Hub token": ["dckr_pat_" + drawn(27)],
    "a Hugging Face token": ["hf_" + drawn(34)],
}


def names(text, **more):
    return [found.rule.name for found in find_secrets(text, **more)]


HEX = "0123456789abcdef"
SIGNED = f"eyJ{drawn(40)}.eyJ{drawn(300, LETTERS + '-_')}.{drawn(171, LETTERS + '-_')}"
OTHERS = {
    "a GitHub token": [
        *(f"{prefix}_1234567_{SIGNED}" for prefix in ("ghs", "ghu")),
        *(f"gh{kind}_{SIGNED}" for kind in "oprsu"),
        f"ghs_{drawn(400)}",
        f"github_pat_{drawn(22)}_{drawn(82)}",
    ],
    "a Slack token": [f"xapp-1-A{drawn(10, string.digits)}-{drawn(13, string.digits)}-{drawn(64, HEX)}"],
    "a Telegram bot token": [f"{drawn(10, '123456789')}:AA{drawn(33)}"],
    "a Stripe webhook secret": ["whsec_" + drawn(32)],
    "a Google client secret": ["GOCSPX-" + drawn(28)],
    "a Google access token": ["ya29." + drawn(150)],
    "an OpenAI key": ["sk-svcacct-" + drawn(120)],
    "an OpenRouter key": ["sk-or-v1-" + drawn(64, HEX)],
    "a Groq key": ["gsk_" + drawn(52)],
    "an xAI key": ["xai-" + drawn(80)],
    "a Perplexity key": ["pplx-" + drawn(48)],
    "a Replicate token": ["r8_" + drawn(37)],
    "a Databricks token": ["dapi" + drawn(32, HEX), "dapi" + drawn(32, HEX) + "-2"],
    "a LangSmith key": [f"lsv2_pt_{drawn(32, HEX)}_{drawn(10, HEX)}"],
    "a Pinecone key": [f"pcsk_{drawn(6)}_{drawn(60)}"],
    "a RubyGems key": ["rubygems_" + drawn(48, HEX)],
    "a DigitalOcean token": ["dop_v1_" + drawn(64, HEX)],
    "a Heroku key": ["HRKU-AA" + drawn(58)],
    "a Terraform token": [f"{drawn(14)}.atlasv1.{drawn(67)}"],
    "a Vault token": ["hvs." + drawn(95)],
    "a Grafana token": [f"glsa_{drawn(32)}_{drawn(8, HEX)}"],
    "a Sentry token": ["sntryu_" + drawn(64, HEX)],
    "a SendGrid key": [f"SG.{drawn(22)}.{drawn(43)}"],
    "a Mailchimp key": [drawn(32, HEX) + "-us12"],
    "a Notion token": ["ntn_" + drawn(46)],
    "a Linear key": ["lin_api_" + drawn(40)],
    "a Postman key": [f"PMAK-{drawn(24, HEX)}-{drawn(34, HEX)}"],
    "a Shopify token": ["shpat_" + drawn(32, HEX)],
    "an Atlassian token": ["ATATT3" + drawn(180)],
    "a Figma token": ["figd_" + drawn(40)],
    "a Supabase token": ["sbp_" + drawn(40, HEX), "sb_secret_" + drawn(31)],
    "a New Relic key": ["NRAK-" + drawn(27, string.ascii_uppercase + string.digits)],
    "an Azure client secret": [f"{drawn(3)}8Q~{drawn(34)}"],
    "an age key": ["AGE-SECRET-KEY-1" + drawn(58, string.ascii_uppercase + string.digits)],
}
BEHIND = {
    "a Slack webhook": f"https://hooks.slack.com/services/T{drawn(10, BASE32)}/B{drawn(10, BASE32)}/{drawn(24)}",
    "a Discord webhook": f"https://discord.com/api/webhooks/{drawn(18, '123456789')}/{drawn(68)}",
    "a Kaggle key": f'{{"username":"learner","key":"{drawn(32, HEX)}"}}',
    "an Azure Storage key": f"AccountName=shop;AccountKey={drawn(86)}==;EndpointSuffix=core.windows.net",
    "a database password": f"postgresql+psycopg://shop:{drawn(16)}@db.shop.eu-1.rds.amazonaws.com:5432/shop",
}
AROUND = ("{}", 'key = "{}"\n', "https://me:{}@example.org/", "('{}')", "a\n\tKEY={}\n")


def test_each_format_is_found_whatever_surrounds_it():
    wrong = []
    pairs = [
        (name, token) for table in (TOKENS, OTHERS) for name, tokens in table.items() for token in tokens
    ]
    for name, token in pairs:
        for text in (around.format(token) for around in AROUND):
            found = list(find_secrets(text))
            if [(one.rule.name, text[one.start : one.end]) for one in found] != [(name, token)]:
                wrong.append((name, text, found))
    wrong += [(name, text) for name, text in BEHIND.items() if names(text) != [name]]
    assert not wrong


def test_the_shell_pattern_matches_as_long_as_the_key_is_there():
    """The commands of a fix use it to refuse to publish a file, so it must find what the rule finds."""
    texts = [token for table in (TOKENS, OTHERS) for tokens in table.values() for token in tokens]
    texts += [*BEHIND.values(), f"-----BEGIN PRIVATE KEY-----\n{PEM}", f"SECRET_ACCESS_KEY = '{drawn(40)}'"]
    missed = []
    for text in texts:
        (found,) = find_secrets(f"x = '{text}'\n")
        looked = subprocess.run(
            ["grep", "-E", "-q", "-e", found.rule.trace], input=text.encode(), check=False
        )
        if looked.returncode:
            missed.append((found.rule.name, found.rule.trace, text))
    assert not missed


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_found_by_its_body(kind):
    block = f"-----BEGIN {kind}PRIVATE KEY-----\n{PEM}\n-----END {kind}PRIVATE KEY-----\n"
    assert names(block) == names(block.replace("\n", "\\n")) == ["a private key"]
    assert PEM[:20] not in masked(block) and PEM[-20:] not in masked(block)
    assert masked(block).count("\n") == block.count("\n")


def test_a_private_key_with_a_head_is_found():
    assert names(f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0\n\n{PEM}")


@pytest.mark.parametrize("before", ["aws_secret_access_key = ", '"SecretAccessKey": "', "AWS_SECRET_KEY='"])
def test_a_secret_key_of_aws_is_recognised_by_the_name_before_it(before):
    assert names(before + drawn(40, LETTERS + "/+")) == ["an AWS secret key"]
    assert names(drawn(40, LETTERS + "/+")) == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
        "ghp_" + "x" * 36,
        "ghp_" + "0" * 36,
        "ghp_" + "1234567890" + drawn(26),
        "AKIA" + "X" * 16,
        "sk_test_" + drawn(24),
        "xoxb-your-token-goes-here-please",
        "ghs_1234567_" + "eyJhbGciOiJSUzI1NiJ9.e30.your-signature-goes-here",
        "postgresql://postgres:postgres@db.example.org/shop",
        "postgresql://user:${DB_PASSWORD}@db.mlops.net/shop",
        "postgresql://user:" + drawn(16) + "@localhost:5432/shop",
        "postgresql://user:" + drawn(16) + "@db:5432/shop",
        "glimt-rounded-box-with-a-shadow",
        "sk-estimator-doc-link-fitted-sk-fitted-and-more",
        "AIza-too-short",
        "prefix_ghp_" + drawn(36),
        "hf_" + drawn(40),
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "The file begins with -----BEGIN PRIVATE KEY----- and then holds many letters that nobody can read.",
        "-----BEGIN PUBLIC KEY-----\n" + PEM,
    ],
)
def test_placeholders_and_look_alikes_are_not_secrets(text):
    assert names(text, settings=True) == []


@pytest.mark.parametrize(
    "line", ["DB_PASSWORD={}", "export API_KEY='{}'", 'secret_key = "{}"', "X_TOKEN={}  # mine"]
)
def test_a_password_in_a_settings_file_is_found_only_there(line):
    text = "DEBUG=1\n" + line.format(drawn(20))
    assert names(text, settings=True) == ["a password or key"]
    assert names(text) == []
    assert drawn(20) not in masked(text, "deploy/.env")


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=changeme12",
        "DB_PASSWORD=<your-password>",
        "DB_PASSWORD=${FROM_ELSEWHERE}",
        "DB_PASSWORD=/run/secrets/db_password",
        "TOKEN_URL=https://example.net/oauth/tokens",
        "AUTH_TOKEN=https://accounts.mlops.net/oauth",
        "DB_PASSWORD=aaaabbbbaaaa",
        "DB_PASSWORD=",
        "PUBLIC_NAME=" + drawn(20),
    ],
)
def test_settings_that_are_not_passwords_are_not_secrets(line):
    assert names(line, settings=True) == []


@pytest.mark.parametrize(
    ("path", "settings", "outside"),
    [
        (".env", True, True),
        ("deploy/.env.local", True, True),
        ("prod.env", True, True),
        (".env.example", False, False),
        ("keys/server.PEM", False, True),
        (".ssh/id_ed25519", False, True),
        (".ssh/id_ed25519.pub", False, False),
        ("gcp-service-account.json", False, True),
        ("src/environment.py", False, False),
    ],
)
def test_files_are_recognised_by_their_names(path, settings, outside):
    assert (is_settings_file(path), belongs_outside(path)) == (settings, outside)


def test_masking_leaves_everything_else_as_it_is():
    token = TOKENS["a GitHub token"][0]
    assert masked(f"one {token} two {token}") == f"one {'*' * 40} two {'*' * 40}"
    assert masked("nothing here") == "nothing here"
    # the rule of settings files finds the same value again
    assert masked(f"A_TOKEN={token}\nb={token}\n", ".env") == f"A_TOKEN={'*' * 40}\nb={'*' * 40}\n"


@pytest.mark.parametrize(
    "unit", ["-----BEGIN PRIVATE KEY-----", "sk-proj-", "xoxb-a", "password", "secret_key=", "a" * 9]
)
def test_a_text_made_to_be_slow_is_read_in_time(unit):
    # many times the usual time: a pattern that backtracks without bound takes minutes
    text = unit * ((1 << 18) // len(unit))
    started = time.process_time()
    list(find_secrets(text, settings=True))
    assert time.process_time() - started < 2
