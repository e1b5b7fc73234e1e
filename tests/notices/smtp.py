"""A mail server for tests: a real SMTP conversation, and answers that a test chooses."""

import email
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import default


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it took. `answer` gives its reply to each command, in capitals, or "" for the usual one."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.received: list[EmailMessage] = []
        self.answer: Callable[[str], str] = lambda command: ""
        self.after_data: Callable[[], None] = lambda: None

    @property
    def port(self) -> int:
        return self.server_address[1]


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            command = line.decode().strip().upper()
            if answer := self.server.answer(command):
                self.say(answer)
            elif command == "DATA":
                self.say("354 go on")
                self.take()
            elif command == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        else:  # the sender is gone
            return
        answer = self.server.answer("END OF DATA")
        if not answer:
            message = email.message_from_bytes(b"".join(lines), policy=default)
            self.server.received.append(message)
        self.server.after_data()
        self.say(answer or "250 taken")

    def say(self, line: str) -> None:
        with suppress(OSError):  # the sender may be gone
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    with MailServer(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
