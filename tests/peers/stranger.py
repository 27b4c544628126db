"""Somebody else who signs, and has it recorded by a stock Rekor v2."""
import hashlib
import os

from authority import make_key, openssl

ADD_SECONDS = 30


class Stranger:
    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        self.key = make_key(directory / "key")
        openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER", "-out", directory / "der")

    def add_one(self, rekor, seconds=ADD_SECONDS):
        """A new entry. Hangs up after `seconds`."""
        message, signature = self.directory / "message", self.directory / "signature"
        message.write_bytes(os.urandom(16))
        openssl("dgst", "-sha256", "-sign", self.key, "-out", signature, message)
        digest = hashlib.sha256(message.read_bytes()).digest()
        rekor.add(digest, signature.read_bytes(), (self.directory / "der").read_bytes(), seconds)
