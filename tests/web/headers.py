"""The headers that every response of the portal has (W6, W8)."""

from collections.abc import Mapping

# No nonce: nothing of the portal is inline, so nothing inline is ever allowed.
POLICY = {
    "default-src": "'none'",
    **{f"{kind}-src": "'self'" for kind in ("script", "style", "img", "font", "connect")},
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def lacking(headers: Mapping[str, str], forms_go_to: str = "'self'") -> list[str]:
    """Return the names of headers that are missing or allow too much."""
    # an address with a token is stricter
    given = {
        **headers,
        "Referrer-Policy": headers.get("Referrer-Policy", "").replace("no-referrer", "same-origin"),
    }
    wrong = [name for name, value in EXPECTED.items() if given.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    return wrong if is_kept(policy, forms_go_to) else [*wrong, "Content-Security-Policy"]


def is_kept(policy: str, forms_go_to: str = "'self'") -> bool:
    """Each directive is as above or 'none'. A picture, which is not a page, has the directive `sandbox`."""
    given = dict(part.split(" ", 1) for part in policy.split("; ") if " " in part)
    kept = {**POLICY, "form-action": forms_go_to}
    each = given.keys() == kept.keys() and all(given[name] in (kept[name], "'none'") for name in given)
    return each or policy == "sandbox"
