"""Keys and certificate chains for the peers, made by openssl."""
from chancery import run

NO_DEFAULTS = "[req]\ndistinguished_name = none\n[none]\n"
DAYS = "3000"
CA_USAGE = "keyUsage=critical,keyCertSign,cRLSign"


def openssl(*words):
    done = run(["openssl", *words])
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words}: {done.stderr}")


def make_key(file, algorithm="EC"):
    """A private key in PKCS #8, and its public half beside it as FILE.pub."""
    curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "EC" else []
    openssl("genpkey", "-algorithm", algorithm, *curve, "-out", file)
    openssl("pkey", "-in", file, "-pubout", "-out", f"{file}.pub")
    return file


class Authority:
    """A root and an intermediate certificate that may issue for one usage."""

    def __init__(self, directory, usage):
        self.directory = directory
        self.usage = usage
        directory.mkdir()
        self.configuration = directory / "openssl.cnf"
        self.configuration.write_text(NO_DEFAULTS)
        self.root = self._make("root", None, "basicConstraints=critical,CA:TRUE,pathlen:1", CA_USAGE)
        self.intermediate = self._make(
            "intermediate", self.root, "basicConstraints=critical,CA:TRUE,pathlen:0", CA_USAGE,
            f"extendedKeyUsage={usage}")
        self.chain = self._join("chain.pem", self.intermediate, self.root)

    def issue_leaf(self, name):
        """A certificate that signs by itself; the whole chain is in `chain` from now on."""
        leaf = self._make(name, self.intermediate, "basicConstraints=critical,CA:FALSE",
                          "keyUsage=critical,digitalSignature", f"extendedKeyUsage=critical,{self.usage}")
        self.chain = self._join("chain.pem", leaf, self.intermediate, self.root)
        return self.key_of(leaf)

    def encrypted_key(self, password):
        """The intermediate's key, under a password."""
        file = self.directory / "encrypted.key"
        openssl("pkcs8", "-topk8", "-in", self.key_of(self.intermediate), "-out", file,
                "-v2", "aes-256-cbc", "-passout", f"pass:{password}")
        return file

    @staticmethod
    def key_of(certificate):
        return certificate.with_suffix(".key")

    def _make(self, name, issuer, *extensions):
        certificate = self.directory / f"{name}.pem"
        key = make_key(self.key_of(certificate))
        by = [] if issuer is None else ["-CA", issuer, "-CAkey", self.key_of(issuer)]
        extensions = [*extensions, "subjectKeyIdentifier=hash"]
        if issuer is not None:
            extensions.append("authorityKeyIdentifier=keyid")
        added = [word for extension in extensions for word in ("-addext", extension)]
        openssl("req", "-x509", "-config", self.configuration, "-key", key, *by, *added, "-sha256",
                "-days", DAYS, "-subj", f"/O=local.test/CN={self.directory.name} {name}", "-out", certificate)
        return certificate

    def _join(self, name, *certificates):
        file = self.directory / name
        file.write_text("".join(certificate.read_text() for certificate in certificates))
        return file
