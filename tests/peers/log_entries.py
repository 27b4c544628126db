"""What a stock log has, by its own files (Rekor v2) or answers (Rekor v1)."""
import base64
import hashlib
import json
import time
import urllib.error
import urllib.request

TILE = 256


def leaf_hash(body):
    return hashlib.sha256(b"\0" + body).digest()


def leaves_v2(directory):
    """The leaf hashes in the tiles."""
    size = int((directory / "checkpoint").read_text().splitlines()[1])
    found = []
    for index in range((size + TILE - 1) // TILE):
        width = min(TILE, size - index * TILE)
        full = directory / f"tile/0/{index:03}"
        octets = full.read_bytes() if full.exists() else (directory / f"tile/0/{index:03}.p/{width}").read_bytes()
        found += [octets[at * 32:at * 32 + 32] for at in range(width)]
    return found


def leaves_v1(url):
    """The leaf hashes of the entries, each asked for by its index."""
    size = ask(f"{url}/api/v1/log")["treeSize"]
    return [leaf_of(ask(f"{url}/api/v1/log/entries?logIndex={index}")) for index in range(size)]


def leaf_of(answer):
    entry, = answer.values()
    return leaf_hash(base64.b64decode(entry["body"]))


def ask(url):
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 500:
                raise
            time.sleep(0.01)  # a Rekor v1 over a young tree says so of what it has just recorded


def inclusion_of(bundle, version):
    """The leaf hash and the place in that log's tree, of a bundle with entries in one or two logs."""
    kinds = {1: lambda entry: "inclusionPromise" in entry, 2: lambda entry: "inclusionPromise" not in entry}
    entry, = filter(kinds[version], bundle["verificationMaterial"]["tlogEntries"])
    return leaf_hash(base64.b64decode(entry["canonicalizedBody"])), int(entry["inclusionProof"]["logIndex"])
