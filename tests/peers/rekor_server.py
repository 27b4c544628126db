"""Stock Rekor v2 servers, each over a directory, on this network namespace's loopback."""
import base64
import json
import subprocess
import time
import urllib.request

from chancery import CACHE

STOP_SECONDS = 20
PORTS = {"http-port": 3000, "grpc-port": 3001, "http-metrics-port": 2113}


class RekorServer:
    """At `address`; several need different ones."""

    def __init__(self, log_directory, key_file, origin, address="127.0.0.1"):
        self.url = f"http://{address}:{PORTS['http-port']}"
        options = [f"--{name}={port}" for name, port in PORTS.items()]
        options += [f"--http-address={address}", f"--grpc-address={address}", f"--hostname={origin}"]
        options += [f"--storage-dir={log_directory}", f"--signer-filepath={key_file}"]
        options += ["--checkpoint-interval=100ms", "--batch-max-age=20ms"]
        self.command = [CACHE / "bin/rekor-server-posix", "serve", "--log-level=warn", *options]
        self.start()

    def start(self, *changed):
        """Options that are `changed` count in place of those it was made with."""
        self.process = subprocess.Popen([*self.command, *changed])
        self._await_healthy()

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def _await_healthy(self):
        while self.process.poll() is None:
            try:
                if self._ask("/healthz")["status"] == "SERVING":
                    return
            except OSError:
                time.sleep(0.01)  # it does not listen yet
        raise RuntimeError(f"rekor-server ended with status {self.process.returncode}")

    def _ask(self, path, body=None, seconds=30):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return json.load(answer)

    def add(self, digest, signature, public_key_der, seconds=30):
        """The entry of an ECDSA P-256 signature over a SHA-256 digest, with its proof. Hangs up after `seconds`."""
        verifier = {"publicKey": {"rawBytes": text(public_key_der)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
        entry = {"digest": text(digest), "signature": {"content": text(signature), "verifier": verifier}}
        return self._ask("/api/v2/log/entries", {"hashedRekordRequestV002": entry}, seconds)

    def stop(self):
        self.process.terminate()
        self.process.wait(STOP_SECONDS)


def text(octets):
    return base64.b64encode(octets).decode()
