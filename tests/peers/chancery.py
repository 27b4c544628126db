"""A private chanceryd, and the command that talks to it, for tests against stock peers."""
import json
import os
import pathlib
import subprocess

STOP_SECONDS = 40  # the daemon promises 35
PROGRAMS = pathlib.Path(os.environ["CHANCERY_PROGRAMS"])
CACHE = pathlib.Path(os.environ.get("CHANCERY_PEERS_CACHE", pathlib.Path.home() / ".cache/chancery-peers"))


class Chancery:
    """Lives in `directory`. Without `config` it is the embedded default. The clock of `staged_chanceryd` is off by the
    seconds in the file `clock`."""

    def __init__(self, directory, config=None, program="chanceryd"):
        self.directory = pathlib.Path(directory)
        self.program = PROGRAMS / program
        self.clock = self.directory / "clock"
        self.state = self.directory / "state"
        self.socket = self.directory / "socket"
        options = ["--state", self.state, "--socket", self.socket]
        if config is not None:
            self.configuration = self.directory / "chancery.toml"
            self.configuration.write_text(config)
            options = ["--config", self.configuration]
        self.options = options
        self.messages = self.directory / "messages"
        self.start()

    def start(self):
        ready, says_ready = os.pipe()
        command = [self.program, "--ready-fd", str(says_ready), *self.options]
        with self.messages.open("ab") as messages:
            self.process = subprocess.Popen(command, pass_fds=[says_ready], stderr=messages,
                                            env=os.environ | {"CHANCERY_CLOCK": str(self.clock)})
        os.close(says_ready)
        answered = os.read(ready, 1)
        os.close(ready)
        if not answered:
            self._report_end(self.process.wait(STOP_SECONDS))

    def configure(self, more):
        """Goes on with `more` in its configuration."""
        with self.configuration.open("a") as file:
            file.write(more)
        self.run("reload")

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
            status = self.process.wait(STOP_SECONDS)
            if status != 0:
                self._report_end(status)

    def _report_end(self, status):
        raise RuntimeError(f"chanceryd ended with status {status}:\n{self.messages.read_text()}")

    def run(self, *arguments):
        """The standard output of `chancery ARGUMENTS`, which must succeed."""
        done = run([PROGRAMS / "chancery", *arguments], {"CHANCERY_SOCKET": str(self.socket)})
        if done.returncode != 0:
            raise RuntimeError(f"chancery {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def figure(self, name):
        """A number of the kernel's about the daemon: Threads, or VmRSS and VmHWM in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith(name)))

    def keep(self, file_name, *arguments):
        """The path of a new file with what `chancery ARGUMENTS` prints."""
        file = self.directory / file_name
        file.write_text(self.run(*arguments))
        return file


def run(command, environment=()):
    return subprocess.run(
        [str(word) for word in command],
        env=os.environ | dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def change_json(file, change, new_file):
    """Writes `file` as `new_file`, after `change` was made to its JSON."""
    value = json.loads(file.read_text())
    change(value)
    new_file.write_text(json.dumps(value))
    return new_file
