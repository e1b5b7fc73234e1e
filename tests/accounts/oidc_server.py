"""A stand-in for an OpenID Connect provider: discovery, authorization, token and userinfo, over HTTP."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "portal", "0123456789abcdef0123456789abcdef"


class OidcServer:
    def __init__(self) -> None:
        self.codes: dict[str, str] = {}  # code: the account that gave its consent
        self.tokens: dict[str, str] = {}
        self.is_verified = True
        self.challenges: dict[str, str] = {}
        own = type("Handler", (_Handler,), {"own": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), own)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def consent(self, address: str, subject: str) -> str:
        """Return the address that a browser is sent back to once `subject` has agreed."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"]
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = subject
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"


class _Handler(BaseHTTPRequestHandler):
    own: OidcServer

    def do_GET(self) -> None:
        url = self.own.url
        if self.path == "/.well-known/openid-configuration":
            names = ("authorize", "token", "userinfo", "jwks")
            authorize, token, userinfo, jwks = (f"{url}/{name}" for name in names)
            self._send(
                {
                    "issuer": url,
                    "authorization_endpoint": authorize,
                    "token_endpoint": token,
                    "userinfo_endpoint": userinfo,
                    "jwks_uri": jwks,
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/userinfo":
            subject = self.own.tokens.get(self.headers["Authorization"].removeprefix("Bearer "))
            found = {
                "sub": subject,
                "email": f"{subject}@school.example",
                "email_verified": self.own.is_verified,
            }
            self._send(found, 200 if subject else 401)
        else:
            self._send({}, 404)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        subject = self.own.codes.pop(sent["code"][0], None)
        if subject is None or sent["client_secret"] != [SECRET] or "code_verifier" not in sent:
            self._send({"error": "invalid_grant"}, 400)
            return
        token, now = secrets.token_hex(8), int(time.time())
        self.own.tokens[token] = subject
        claims = {"iss": self.own.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 60}
        signed = jwt.encode(claims, SECRET, "HS256")
        self._send({"access_token": token, "token_type": "Bearer", "id_token": signed})

    def _send(self, found: dict, status: int = 200) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def oidc_server() -> Iterator[OidcServer]:
    server = OidcServer()
    thread = Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()
