"""Stands between the daemon and a stock service: what is asked arrives, or does not, and the answer is not what it was."""
import collections
import contextlib
import http.client
import http.server
import os
import threading
import time
import urllib.parse

HOST = "127.0.0.1"
PASSED_ON = ("Content-Type", "Accept")
ANSWERED = ("Content-Type", "Location", "X-Log-Index", "Retry-After")
TRAP = "/where-nobody-goes"
CREATED = 201
PATIENCE_SECONDS = 0.5  # of a proxy that hangs up on the service
PIECE, PIECE_SECONDS = 64, 0.02  # how a slow answer comes


class Answer:
    def __init__(self, status, headers, content):
        self.status = status
        self.headers = {name: headers[name] for name in ANSWERED if headers.get(name) is not None}
        self.content = content

    def head(self, length=None):
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return "\r\n".join([*lines, "", ""]).encode()


def whole(answer):
    return [answer.head(len(answer.content)), answer.content]


def status(code, **headers):
    """An answer of its own, whatever the service said."""
    return lambda handler, _: whole(Answer(code, {name.replace("_", "-"): value for name, value in headers.items()}, b"no"))


def redirect(handler, _):
    return whole(Answer(307, {"Location": handler.server.url + TRAP}, b""))


def garbage(*_):
    return whole(Answer(CREATED, {}, os.urandom(500)))


def no_http(*_):
    return [os.urandom(500)]


def truncated(_, answer):
    return [answer.head(len(answer.content)), answer.content[:len(answer.content) // 2]]


def endless(*_):
    yield Answer(CREATED, {}, b"").head()
    while True:
        yield bytes(1 << 16)


def slow(_, answer):
    yield answer.head(len(answer.content))
    for at in range(0, len(answer.content), PIECE):
        yield answer.content[at:at + PIECE]
        time.sleep(PIECE_SECONDS)


def of_the_first(handler, _):
    """A true answer, to somebody else."""
    return whole(handler.server.first_answer)


def silence(*_):
    return []


# What comes in place of the answer, as pieces; after them the connection is closed.
FAULTS = [silence, garbage, no_http, truncated, endless, slow, redirect,
          *map(status, (400, 404, 405, 429, 499, 500, 502, 503)), status(429, Retry_After="1")]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the daemon has had enough, or is no more
            super().handle()

    def do_GET(self):
        self.pass_on(b"")

    def do_POST(self):
        self.pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def pass_on(self, body):
        self.server.is_trapped |= self.path.endswith(TRAP)
        fault, arrives = self.server.next_fault(self.command)
        answer = Answer(CREATED, {}, bytes(500))
        if arrives:
            answer = self.server.ask(self, body)
        self.close_connection = fault is not None or answer is None
        if answer is not None:
            for piece in whole(answer) if fault is None else fault(self, answer):
                self.wfile.write(piece)

    def log_message(self, *_):
        pass


class Interceptor(http.server.ThreadingHTTPServer):
    """Without orders it passes everything on."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream):
        super().__init__((HOST, 0), _Handler)
        parts = urllib.parse.urlsplit(upstream)
        self.upstream = parts.netloc
        self.url = f"http://{HOST}:{self.server_address[1]}{parts.path}"
        self.lock = threading.Lock()
        self.orders = {"GET": collections.deque(), "POST": collections.deque()}
        self.statuses = collections.Counter()  # of what the service said
        self.patience = None
        self.is_trapped = False
        self.first_answer = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def order(self, faults, arrives=True, method="POST"):
        """The next requests meet these faults, one each, before they reach the service or after."""
        with self.lock:
            self.orders[method].extend((fault, arrives) for fault in faults)

    def next_fault(self, method):
        with self.lock:
            return self.orders[method].popleft() if self.orders[method] else (None, True)

    def orders_left(self, method="POST"):
        return len(self.orders[method])

    def ask(self, handler, body):
        """What the service says; None where it says nothing."""
        headers = {name: handler.headers[name] for name in PASSED_ON if handler.headers[name] is not None}
        connection = http.client.HTTPConnection(self.upstream, timeout=self.patience)
        try:
            connection.request(handler.command, handler.path, body or None, headers)
            said = connection.getresponse()
            answer = Answer(said.status, said.headers, said.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        with self.lock:
            self.statuses[answer.status] += 1
            if handler.command == "POST" and answer.status in (200, CREATED) and self.first_answer is None:
                self.first_answer = answer
        return answer

    def stop(self):
        self.shutdown()
        self.server_close()
