"""What cosign, sigstore-python and @sigstore/verify say of a bundle: None where they accept it, else why not."""
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess

from chancery import CACHE, run
from stock_signers import HERE, SIGSTORE_PYTHON

NODE_MODULES = CACHE / (
    "verify_js-" + hashlib.sha256((HERE / "verify_js/package-lock.json").read_bytes()).hexdigest()[:12]) / "node_modules"


def cosign(cases):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(ask_cosign, cases))


def ask_cosign(case):
    signer = (["--key", case["key"]] if "key" in case else
              ["--certificate-identity", case["identity"], "--certificate-oidc-issuer", case["issuer"]])
    # A statement's type is no part of what is compared.
    command = ["verify-blob"] if not is_statement(case) else [
        "verify-blob-attestation", "--type", predicate_type(case)]
    done = run([CACHE / "bin/cosign", *command, *signer, "--trusted-root", case["root"],
                "--bundle", case["bundle"], case["artifact"]])
    return None if done.returncode == 0 else done.stderr.strip().splitlines()[-1][:300]


def content(case):
    try:
        return json.loads(pathlib.Path(case["bundle"]).read_text())
    except ValueError:
        return {}


def is_statement(case):
    return "dsseEnvelope" in content(case)


def predicate_type(case):
    try:
        return json.loads(base64.b64decode(content(case)["dsseEnvelope"]["payload"]))["predicateType"]
    except (ValueError, KeyError, TypeError):
        return "custom"


def sigstore_python(cases):
    """It judges certificates alone."""
    return ask([SIGSTORE_PYTHON, HERE / "sigstore_python/verify.py"], cases)


def sigstore_js(cases):
    return ask(["node", HERE / "verify_js/verify_many.js"], cases, {"NODE_PATH": str(NODE_MODULES)})


def ask(command, cases, environment=()):
    done = subprocess.run([str(word) for word in command], input=json.dumps(cases), env=os.environ | dict(environment),
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr}")
    return json.loads(done.stdout)
