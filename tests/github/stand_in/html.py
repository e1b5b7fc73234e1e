"""Pages and forms of the stand-in, as plain as possible."""

from html import escape
from urllib.parse import urlencode

from .requests import Answer

STYLE = (
    "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}button{font:inherit}"
    "td,th{text-align:left;padding:.2rem 1rem .2rem 0}"
)


def page(title: str, *parts: str) -> Answer:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return Answer(200, f"{head}<h1>{escape(title)}</h1>{''.join(parts)}")


def form(action: str, label: str, **fields: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return f'<form method="post" action="{escape(action)}">{hidden}<button>{escape(label)}</button></form>'


def redirect(url: str, **parameters: str) -> Answer:
    joint = "&" if "?" in url else "?"
    return Answer(302, b"", {"Location": url + (joint + urlencode(parameters) if parameters else "")})
