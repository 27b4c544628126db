"""An OpenID Connect issuer on loopback that vouches for whoever a test names."""
import base64
import http.server
import json
import subprocess
import threading
import time

from chancery import run

PORT = 9100
LIFE_SECONDS = 600


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class OidcIssuer:
    """Issues under several names, one a path: Fulcio treats each as another kind of issuer."""

    def __init__(self, directory, *names):
        self.key = directory / "issuer.key"
        self.urls = {name: f"http://localhost:{PORT}/{name}" for name in names}
        run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key])
        modulus = run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"]).stdout.strip().split("=")[1]
        key = {"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig",
               "n": encode(bytes.fromhex(modulus)), "e": encode((65537).to_bytes(3, "big"))}
        self.answers = {}
        for name, url in self.urls.items():
            self.answers[f"/{name}/keys"] = {"keys": [key]}
            self.answers[f"/{name}/.well-known/openid-configuration"] = {
                "issuer": url, "jwks_uri": f"{url}/keys", "authorization_endpoint": f"{url}/auth",
                "token_endpoint": f"{url}/token", "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self):
        answers = self.answers

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = answers.get(self.path)
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer or {}).encode())

            def log_message(self, *_):
                pass

        return Handler

    def token(self, issuer, **claims):
        """A signed token of one of the issuers, for Sigstore."""
        now = int(time.time())
        claims = {"iss": self.urls[issuer], "aud": "sigstore", "iat": now, "nbf": now,
                  "exp": now + LIFE_SECONDS, **claims}
        header = {"alg": "RS256", "kid": "one", "typ": "JWT"}
        signed = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key],
            input=signed.encode(), capture_output=True, check=True).stdout
        return f"{signed}.{encode(signature)}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
