"""A whole Sigstore of stock services on loopback: issuer, Fulcio, CT log, timestamps, Rekor v1 and Rekor v2."""
import json

from authority import Authority, make_key, openssl
from chancery import CACHE, run
from oidc_issuer import OidcIssuer
from relay import Relay
from rekor_server import PORTS, RekorServer
from service import Service
from tile_server import TileServer

SINCE = "2024-01-01T00:00:00Z"
HOST = "127.0.0.1"  # Rekor v2 takes the host of its URL for its name
OTHER_HOST = "127.0.0.2"  # so another one has another
TRILLIAN_PORT, CT_PORT, FULCIO_PORT, REKOR_V1_PORT = 3100, 3101, 3102, 3104
TSA_PORTS = {"first": 3103, "second": 3108}
FULCIO_GRPC_PORT, FULCIO_METRICS_PORT = 3105, 3106
FULCIO = f"http://{HOST}:{FULCIO_PORT}"
TSA = {name: f"http://{HOST}:{port}/api/v1/timestamp" for name, port in TSA_PORTS.items()}
CT_LOG = f"http://{HOST}:{CT_PORT}/test"
REKOR = {1: f"http://{HOST}:{REKOR_V1_PORT}", 2: f"http://{HOST}:{PORTS['http-port']}"}
PASSWORD = "chancery"

PERSON = "dev@local.test"
WORKFLOW = "https://github.com/local/app/.github/workflows/release.yml@refs/heads/main"
# What GitHub says of a job, under the names of its claims.
WORKFLOW_CLAIMS = {
    "sub": "repo:local/app:ref:refs/heads/main",
    "job_workflow_ref": "local/app/.github/workflows/release.yml@refs/heads/main", "job_workflow_sha": "a" * 40,
    "workflow_ref": "local/app/.github/workflows/release.yml@refs/heads/main", "workflow_sha": "a" * 40,
    "workflow": "release", "sha": "b" * 40, "ref": "refs/heads/main", "event_name": "push",
    "repository": "local/app", "repository_id": "1001", "repository_visibility": "public",
    "repository_owner": "local", "repository_owner_id": "2002", "runner_environment": "github-hosted",
    "run_id": "77", "run_attempt": "1",
}


def authority_options(authority):
    """Of a stock timestamp authority that signs with a certificate of this one."""
    key = authority.issue_leaf("leaf")
    return "--file-signer-key-path", key, "--certificate-chain-path", authority.chain


class PrivateSigstore:
    """Lives in `directory`, in a network namespace of its own. stop() ends every process."""

    def __init__(self, directory):
        self.directory = directory
        self.services = []
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for service in reversed(self.services):
            service.stop()

    def _start(self):
        self.issuer = self._keep(OidcIssuer(self.directory, "people", "ci"))
        tree_ids = self._start_trillian()
        self.fulcio = Authority(self.directory / "fulcio", "codeSigning")
        self.ct_key = self._start_ct_log(tree_ids[0])
        self._start_fulcio()
        self.authorities = {name: Authority(self.directory / f"tsa-{name}", "timeStamping") for name in TSA}
        self.tsa = {"first": self._start_tsa("first", "--host", HOST, "--port", TSA_PORTS["first"]),
                    "second": self._start_second_tsa()}
        self.rekor_v2, self.tiles = self._start_rekor_v2("tiles", HOST)
        self.tile_directory = self.directory / "tiles"
        self.other_rekor_v2, self.other_tiles = self._start_rekor_v2("other_tiles", OTHER_HOST)
        self.rekor_keys = {1: self._start_rekor_v1(tree_ids[1]), 2: self._rekor_v2_key("tiles")}
        self._write_trust()

    def _keep(self, service):
        self.services.append(service)
        return service

    def _serve(self, program, *options, within=()):
        return self._keep(Service(self.directory, program, *options, within=within))

    def _start_trillian(self):
        ids = self.directory / "tree_ids"
        service = self._serve("trillian_memory", "-listen", f"{HOST}:{TRILLIAN_PORT}", "-ids", ids)
        service.await_state(lambda: ids.exists() and len(ids.read_text().splitlines()) == 2)
        return ids.read_text().splitlines()

    def _start_ct_log(self, tree_id):
        key = make_key(self.directory / "ct.key")
        encrypted = self.directory / "ct.encrypted.key"
        openssl("ec", "-in", key, "-aes256", "-passout", f"pass:{PASSWORD}", "-out", encrypted)
        configuration = self.directory / "ct.cfg"
        configuration.write_text(f"""config {{
  log_id: {tree_id}
  prefix: "test"
  roots_pem_file: "{self.fulcio.root}"
  ext_key_usages: "CodeSigning"
  max_merge_delay_sec: 86400
  expected_merge_delay_sec: 60
  private_key {{ [type.googleapis.com/keyspb.PEMKeyFile] {{ path: "{encrypted}" password: "{PASSWORD}" }} }}
}}
""")
        self._serve("ct_server", f"--log_config={configuration}", f"--log_rpc_server={HOST}:{TRILLIAN_PORT}",
                    f"--http_endpoint={HOST}:{CT_PORT}", "--alsologtostderr").await_answer(
                        f"{CT_LOG}/ct/v1/get-roots")
        return f"{key}.pub"

    def _start_fulcio(self):
        kinds = {"people": "email", "ci": "github-workflow"}
        configuration = self.directory / "fulcio.json"
        configuration.write_text(json.dumps({"OIDCIssuers": {
            url: {"IssuerURL": url, "ClientID": "sigstore", "Type": kinds[name]}
            for name, url in self.issuer.urls.items()}}))
        self._serve("fulcio", "serve", "--host", HOST, "--port", FULCIO_PORT, "--grpc-host", HOST,
                    "--grpc-port", FULCIO_GRPC_PORT, "--metrics-port", FULCIO_METRICS_PORT,
                    "--legacy-unix-domain-socket", self.directory / "fulcio.socket",
                    "--config-path", configuration, "--ca=fileca", f"--fileca-cert={self.fulcio.chain}",
                    f"--fileca-key={self.fulcio.encrypted_key(PASSWORD)}", f"--fileca-key-passwd={PASSWORD}",
                    "--fileca-watch=false", f"--ct-log-url={CT_LOG}",
                    f"--ct-log-public-key-path={self.ct_key}").await_answer(f"{FULCIO}/healthz")

    def _start_tsa(self, name, *listens, within=()):
        return self._serve(
            "timestamp-server", "serve", *listens, "--timestamp-signer", "file",
            *authority_options(self.authorities[name]), "--disable-ntp-monitoring", within=within).await_answer(
                f"http://{HOST}:{TSA_PORTS[name]}/ping")

    def _start_second_tsa(self):
        """In a network of its own: all of them want one port for their metrics."""
        socket = self.directory / "tsa.socket"
        self._keep(Relay(HOST, TSA_PORTS["second"], socket))
        return self._start_tsa("second", "--scheme", "unix", "--socket-path", socket, within=["unshare", "--net"])

    def _start_rekor_v1(self, tree_id):
        key = make_key(self.directory / "rekor_v1.key")
        # What search needs, a Redis, is not here.
        methods = ("getLogInfo,getPublicKey,getLogProof,createLogEntry,getLogEntryByIndex,getLogEntryByUUID,"
                   "searchLogQuery")
        self.rekor_v1 = self._serve(
            "rekor-server", "serve", "--rekor_server.address", HOST, "--host", HOST,
            "--port", REKOR_V1_PORT, "--rekor_server.hostname", HOST, "--rekor_server.signer", key,
            "--trillian_log_server.address", HOST, "--trillian_log_server.port", TRILLIAN_PORT,
            "--trillian_log_server.tlog_id", tree_id, "--enabled_api_endpoints", methods).await_answer(
                f"{REKOR[1]}/api/v1/log/publicKey")
        return f"{key}.pub"

    def _start_rekor_v2(self, name, host):
        key = make_key(self.directory / f"{name}.key", "ED25519")
        tiles = self.directory / name
        tiles.mkdir()
        return self._keep(RekorServer(tiles, key, host, host)), self._keep(TileServer(tiles, host))

    def _rekor_v2_key(self, name):
        return self.directory / f"{name}.key.pub"

    def _write_trust(self):
        self.root = self.directory / "trusted_root.json"
        self._cosign("trusted-root", "create", "--out", self.root,
                     f"--fulcio=url={FULCIO},certificate-chain={self.fulcio.chain},start-time={SINCE}",
                     *(f"--tsa=url={TSA[name]},certificate-chain={authority.chain},start-time={SINCE}"
                       for name, authority in self.authorities.items()),
                     f"--ctfe=url={CT_LOG},public-key={self.ct_key},start-time={SINCE}",
                     f"--rekor=url={REKOR[1]},public-key={self.rekor_keys[1]},start-time={SINCE}",
                     f"--rekor=url={REKOR[2]},public-key={self.rekor_keys[2]},start-time={SINCE},origin={HOST}",
                     f"--rekor=url={self.other_rekor_v2.url},public-key={self._rekor_v2_key('other_tiles')},"
                     f"start-time={SINCE},origin={OTHER_HOST}")
        for version in REKOR:
            self._cosign("signing-config", "create", "--out", self.signing_config(version),
                         f"--fulcio=url={FULCIO},api-version=1,start-time={SINCE},operator=local",
                         f"--oidc-provider=url={self.issuer.urls['people']},api-version=1,start-time={SINCE},"
                         "operator=local",
                         f"--rekor=url={REKOR[version]},api-version={version},start-time={SINCE},operator=local",
                         "--rekor-config=ANY", f"--tsa=url={TSA['first']},api-version=1,start-time={SINCE},operator=local",
                         "--tsa-config=ANY")
            self.trust_config(version).write_text(json.dumps({
                "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                "trustedRoot": json.loads(self.root.read_text()),
                "signingConfig": json.loads(self.signing_config(version).read_text())}))

    @property
    def urls(self):
        """As elsewhere_config names them."""
        return {"v1": REKOR[1], "v2": REKOR[2], "tiles": self.tiles.url,
                "other-v2": self.other_rekor_v2.url, "other-tiles": self.other_tiles.url, **TSA}

    def rekor(self, version):
        return self.rekor_v2 if version == 2 else self.rekor_v1

    def signing_config(self, rekor_version):
        return self.directory / f"signing_config_{rekor_version}.json"

    def trust_config(self, rekor_version):
        """sigstore-python's: both files in one."""
        return self.directory / f"trust_config_{rekor_version}.json"

    def token_of_person(self):
        return self.issuer.token("people", sub="tester", email=PERSON, email_verified=True)

    def token_of_workflow(self):
        return self.issuer.token("ci", **WORKFLOW_CLAIMS)

    @staticmethod
    def _cosign(*words):
        done = run([CACHE / "bin/cosign", *words])
        if done.returncode != 0:
            raise RuntimeError(f"cosign {words}: {done.stderr}")
