"""A Git server at https://git.test: the owner `good` has repositories, any other misbehaves as its name says.

It is reached at a pinned address and trusted by an authority made for the tests, through the same recipe as any host.
"""

import contextlib
import gzip
import hashlib
import http.server
import os
import ssl
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

HOST = "git.test"
COMMIT = "1" * 40
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
RESULT = "application/x-git-upload-pack-result"
CAPABILITIES = "side-band-64k ofs-delta shallow filter symref=HEAD:refs/heads/main"
SETTINGS = {"safe.directory": "*", "uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true"}
MAX_SENT = 2 << 30


def make_authority(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for git.test, and its key, by openssl."""
    certificate, key = folder / "authority.pem", folder / "key.pem"
    arguments = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *arguments, *names, *files], check=True, capture_output=True)
    certificate.chmod(0o644)
    return certificate, key


def packet(data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return b"%04x" % (len(data) + 4) + data


class GitServer(http.server.ThreadingHTTPServer):
    """`requests` are (method, path) and `served` the bytes of all answers, without TLS, since `clear`."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, root: Path, certificate: Path, key: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.root, self.certificate = root, certificate
        self.elsewhere = ""
        self.clear()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def clear(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.served = 0

    def shutdown_request(self, request: ssl.SSLSocket) -> None:  # type: ignore[override]
        with contextlib.suppress(OSError, ValueError):
            request.settimeout(1)
            request.unwrap()  # Git treats an end without TLS's closing message as an attack
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Log nothing: most tests are about clients that disconnect."""

    @property
    def host(self) -> str:
        return f"{HOST}:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: GitServer

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.body())

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(iter(self.chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def chunk(self) -> bytes:
        data = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return data

    def answer(self, body: bytes) -> None:
        self.server.requests.append((self.command, self.path))
        behave = getattr(self, self.path.split("/")[1], self.nothing)
        with contextlib.suppress(OSError):
            behave(body)

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.server.served += len(data)
        self.wfile.write(data)

    def send_without_end(self, make: Callable[[int], bytes]) -> None:
        sent = number = 0
        while sent < MAX_SENT:
            data = make(number)
            self.send(data)
            sent, number = sent + len(data), number + 1

    # owners that respond as they should

    def good(self, body: bytes) -> None:
        path, _, query = self.path.removeprefix("/good").partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_CONFIG_COUNT": str(len(SETTINGS)),
        }
        for number, (name, value) in enumerate(SETTINGS.items()):
            environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
        )
        lines, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in lines.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        self.head(status, **headers)
        self.send(content)

    # owners that misbehave

    def nothing(self, body: bytes) -> None:
        self.head(404)

    def locked(self, body: bytes) -> None:
        self.head(401, WWW_Authenticate='Basic realm="git"')

    def broken(self, body: bytes) -> None:
        self.head(503)

    def moved(self, body: bytes) -> None:
        self.head(301, Location=self.path.replace("/moved", "/good"))

    def astray(self, body: bytes) -> None:
        self.head(302, Location=self.server.elsewhere + self.path.replace("/astray", "/good"))

    def disk(self, body: bytes) -> None:
        self.head(302, Location="file:///etc/passwd")

    def page(self, body: bytes) -> None:
        self.html(
            b"<!doctype html>\n<title>Sign in</title>\n<p>Sign in to see this repository of yours.</p>\n"
        )

    def line(self, body: bytes) -> None:
        """For Git, a list of refs that has not ended."""
        self.html(b"<title>Sign in</title>")

    def blank(self, body: bytes) -> None:
        self.html(b"")

    def html(self, content: bytes) -> None:
        self.head(200, Content_Type="text/html", Content_Length=str(len(content)))
        self.send(content)

    def silent(self, body: bytes) -> None:
        time.sleep(20)

    def drip(self, body: bytes) -> None:
        self.begin_refs()
        for _ in range(30):
            self.send(b"0")
            time.sleep(1)

    def refs(self, body: bytes) -> None:
        self.begin_refs()
        self.send(packet(f"{COMMIT} HEAD\0{CAPABILITIES}\n"))
        self.send_without_end(
            lambda number: b"".join(packet(f"{COMMIT} refs/heads/{number:050}-{i:04}\n") for i in range(1000))
        )

    def bomb(self, body: bytes) -> None:
        """Endless branches in a few kilobytes of gzip."""
        self.head(200, Content_Type=ADVERTISEMENT, Content_Encoding="gzip")
        squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
        line = packet(f"{COMMIT} refs/heads/" + "x" * 60000 + "\n")
        first = packet("# service=git-upload-pack\n") + b"0000" + packet(f"{COMMIT} HEAD\0{CAPABILITIES}\n")
        self.send(squeeze.compress(first))
        self.send_without_end(lambda number: squeeze.compress(line * 100))

    def endless(self, body: bytes) -> None:
        """A pack of small objects, each of them new."""
        self.pack(body, 200_000, lambda number: pack_blob(os.urandom(50_000)))

    def huge(self, body: bytes) -> None:
        """A pack that claims the maximum number of objects."""
        self.pack(body, 0x7FFFFFFF, lambda number: pack_blob(os.urandom(50_000)))

    def noise(self, body: bytes) -> None:
        if self.begin_pack(body):
            self.send_without_end(
                lambda number: packet(b"\2" + b"\x1b[31mnoise\x07 \x1b]0;title\x07 " * 50 + b"\n") * 20
            )

    def loud(self, body: bytes) -> None:
        """A few hostile messages, then the end."""
        if self.begin_pack(body):
            self.send(packet(b"\2\x1b[31mred \x1b]0;title\x07\n") + packet(b"\3unheard \x1b[2J of\n"))

    def garbage(self, body: bytes) -> None:
        if self.begin_pack(body):
            self.send(packet(b"\1PACKgarbage" + b"x" * 1000) + b"0000")

    def wrong(self, body: bytes) -> None:
        """A complete pack, of an object that was not requested."""
        if self.begin_pack(body):
            pack = b"PACK" + struct.pack(">II", 2, 1) + pack_blob(b"other")
            self.send(packet(b"\1" + pack + hashlib.sha1(pack).digest()) + b"0000")

    def begin_refs(self) -> None:
        self.head(200, Content_Type=ADVERTISEMENT)
        self.send(packet("# service=git-upload-pack\n") + b"0000")

    def begin_pack(self, body: bytes) -> bool:
        """Send one branch if refs are requested; return True if a pack must follow."""
        if self.command == "GET":
            self.begin_refs()
            self.send(
                packet(f"{COMMIT} HEAD\0{CAPABILITIES}\n") + packet(f"{COMMIT} refs/heads/main\n") + b"0000"
            )
            return False
        self.head(200, Content_Type=RESULT)
        if b"deepen" in body:
            self.send(packet(f"shallow {COMMIT}\n") + b"0000")
        if b"done" in body:
            self.send(packet("NAK\n"))
        return b"done" in body

    def pack(self, body: bytes, claimed: int, make: Callable[[int], bytes]) -> None:
        if self.begin_pack(body):
            self.send(packet(b"\1PACK" + struct.pack(">II", 2, claimed)))
            self.send_without_end(lambda number: packet(b"\1" + make(number)))


def pack_blob(data: bytes) -> bytes:
    """A blob in pack format: its type and size in seven bits a byte, then zlib."""
    size = len(data) >> 4
    head = bytearray([0x30 | len(data) & 15])
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + zlib.compress(data, 0)


def write_zeros(objects: Path, size: int) -> str:
    """A blob of `size` zeros (whole MB) as a loose object, without compressing them all; its ID.

    One compressed MB is repeated: after a full flush, deflate remembers nothing of what came before.
    """
    head, zeros = b"blob %d\0" % size, bytes(1 << 20)
    digest, adler = hashlib.sha1(head), zlib.adler32(head)
    for _ in range(size >> 20):
        digest.update(zeros)
        adler = zlib.adler32(zeros, adler)
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    first = squeeze.compress(head) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(zeros) + squeeze.flush(zlib.Z_FULL_FLUSH)
    name = digest.hexdigest()
    path = objects / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x78\x9c" + first + block * (size >> 20) + squeeze.flush() + adler.to_bytes(4, "big"))
    return name


@contextlib.contextmanager
def git_server(folder: Path) -> Iterator[GitServer]:
    """A server of the bare repositories in `folder/srv`. The uid of fetches must be able to read the folder."""
    root = folder / "srv"
    root.mkdir()
    server = GitServer(root, *make_authority(folder))
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
