"""A SoftHSM token and a software TPM of one test's own, and the configuration that names them."""
import os
import pathlib
import subprocess

from chancery import run

PIN = "Wombat-Glacier-42"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class SoftHsm:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        (self.directory / "tokens").mkdir(parents=True)
        (self.directory / "backend").mkdir(mode=0o700)
        self.configuration = self.directory / "softhsm2.conf"
        self.configuration.write_text(f"directories.tokendir = {self.directory}/tokens\nlog.level = ERROR\n")
        with os.fdopen(os.open(self.directory / "pin", os.O_CREAT | os.O_WRONLY, 0o600), "w") as pin:
            pin.write(PIN + "\n")
        command = ["softhsm2-util", "--init-token", "--free", "--label", "test", "--so-pin", "officer", "--pin", PIN]
        made = run(command, {"SOFTHSM2_CONF": str(self.configuration)})
        if made.returncode != 0:
            raise RuntimeError(f"softhsm2-util: {made.stdout}{made.stderr}")

    def backend(self):
        return f"""
type = "pkcs11"
module = "{MODULE}"
token = "pkcs11:token=test"
directory = "{self.directory}/backend"
pin_file = "{self.directory}/pin"
environment = ["SOFTHSM2_CONF={self.configuration}"]
reads = ["{self.configuration}"]
writes = ["{self.directory}"]
"""

    def stop(self):
        pass


class Swtpm:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        (self.directory / "state").mkdir(parents=True)
        (self.directory / "keys").mkdir(mode=0o700)
        self.socket = self.directory / "sock"
        ready = self.directory / "ready"
        os.mkfifo(ready)
        self.process = subprocess.Popen([
            "swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.directory}/state",
            "--server", f"type=unixio,path={self.socket}", "--ctrl", f"type=unixio,path={self.socket}.ctrl",
            "--flags", "not-need-init,startup-clear", "--pid", f"file={ready}",
        ], stderr=subprocess.DEVNULL)
        ready.read_text()  # it writes its number there once it listens

    def backend(self):
        return f"""
type = "tpm"
tcti = "swtpm:path={self.socket}"
directory = "{self.directory}/keys"
"""

    def stop(self):
        self.process.kill()
        self.process.wait()
