"""Read the `::: video` block: one link, whose text is the title. The card loads nothing from elsewhere."""

import re
from html import escape
from urllib.parse import urlsplit

LINK = re.compile(r"\[(?P<title>[^\[\]]{1,200})\]\((?P<address>https://[^\s()<>\"]{1,2000})\)")
WRITE = "Write one link in the block: [The title of the video](https://…)."
# Names that people know better than the host.
HOSTS = {
    "youtube.com": "YouTube",
    "m.youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "youtube-nocookie.com": "YouTube",
    "vimeo.com": "Vimeo",
    "player.vimeo.com": "Vimeo",
    "dailymotion.com": "Dailymotion",
    "ted.com": "TED",
    "twitch.tv": "Twitch",
    "loom.com": "Loom",
}


def read_video(source: str) -> tuple[str, str]:
    """Return the link as Markdown and the host, or ("", message) if the block does not contain exactly one link."""
    found = LINK.fullmatch(source.strip())
    if not found:
        return "", WRITE
    try:
        host = urlsplit(found["address"]).hostname or ""
    except ValueError:
        return "", WRITE
    host = host.removeprefix("www.")
    return (found[0], HOSTS.get(host, host)) if "." in host else ("", WRITE)


def caption(host: str) -> str:
    return f'<span class="video-host">Video, opens {escape(host)}</span>'
