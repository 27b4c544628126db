#!/usr/bin/env python3
"""The quickstart script over programs that are built already: what it writes, says and leaves behind.

usage: quickstart_test.py SOURCE_DIRECTORY PROGRAM_DIRECTORY
Packages and build are played by stand-ins on the PATH; daemon and command are the real ones.
"""
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE, PROGRAMS = Path(sys.argv[1]), Path(sys.argv[2])
PATIENCE_S = 120  # generous: a busy machine is slow, and nothing waits longer than it must


class Quickstart(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="chancery-quickstart.")
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.tree = self.root / "tree"
        self.work = self.root / "work place"
        self.calls = self.root / "calls"
        for path in [self.work, self.root / "run", self.root / "bin", self.tree / "build/release/bin"]:
            path.mkdir(parents=True)
        shutil.copy(SOURCE / "quickstart", self.tree)
        shutil.copytree(SOURCE / "packages", self.tree / "packages")
        (self.tree / "README.md").write_text("read me\n")
        (self.tree / "build/release/build.ninja").touch()
        for name in ["chancery", "chanceryd", "chancery-keyhost"]:
            (self.tree / "build/release/bin" / name).symlink_to(PROGRAMS / name)
        packages = re.sub(r"\s*#.*", "", (SOURCE / "packages/build").read_text()).split()
        self.stand_in("dpkg-query", "".join(f"echo installed {name}\n" for name in packages))
        for name in ["apt-get", "cmake", "sudo"]:
            self.stand_in(name, f'echo {name} "$@" >>{shlex.quote(str(self.calls))}\n')

    def stand_in(self, name, script):
        path = self.root / "bin" / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    def start(self, *arguments):
        environment = dict(os.environ, PATH=f"{self.root / 'bin'}:{os.environ['PATH']}",
                           XDG_STATE_HOME=str(self.root / "state"), XDG_RUNTIME_DIR=str(self.root / "run"))
        environment.pop("CHANCERY_SOCKET", None)
        return subprocess.Popen([self.tree / "quickstart", *arguments], cwd=self.work, env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def run_to_end(self, *arguments):
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, output

    def daemons(self):
        """Pids of the processes that were started on this test's state."""
        state = str(self.root / "state").encode()
        pids = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if b"chanceryd" in (words := path.read_bytes()) and state in words:
                    pids.append(int(path.parent.name))
            except OSError:
                pass  # it ended meanwhile
        return pids

    def wait_until(self, condition, what):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.01)

    def test_signs_verifies_and_leaves_nothing_running(self):
        for name in ["app", "name with spaces"]:
            (self.work / name).write_text(name)
        status, output = self.run_to_end("app", "name with spaces")
        self.assertEqual(status, 0, output)
        self.assertTrue((self.work / "app.sigstore.json").exists())
        self.assertTrue((self.work / "name with spaces.sigstore.json").exists())
        self.assertIn("Verified app", output)
        self.assertIn("entry 0 of log", output)
        self.assertEqual(self.daemons(), [])
        self.assertEqual(list((self.root / "run").iterdir()), [])

    def test_the_printed_lines_work_as_printed(self):
        (self.work / "name with spaces").write_text("content")
        _, output = self.run_to_end("name with spaces")
        lines = re.findall(r"^  (.*chancery verify .*)$", output, re.M)
        self.assertEqual(len(lines), 1, output)
        subprocess.run(lines[0], shell=True, cwd=self.work, check=True, capture_output=True)
        cosign = shlex.split(re.search(r"^  (cosign verify-blob .*)$", output, re.M).group(1))
        self.assertEqual(cosign[-1], "name with spaces")
        for option in ["--key", "--trusted-root", "--bundle"]:
            self.assertTrue((self.work / cosign[cosign.index(option) + 1]).is_file(), option)

    def test_without_a_file_it_signs_the_readme(self):
        status, output = self.run_to_end()
        self.assertEqual(status, 0, output)
        self.assertTrue((self.tree / "README.md.sigstore.json").exists())

    def test_the_second_run_installs_nothing_and_uses_the_same_key_and_log(self):
        (self.work / "app").write_text("app")
        self.run_to_end("app")
        key = next((self.root / "state").rglob("public_key.pem"))
        first = key.read_text()
        status, output = self.run_to_end("app")
        self.assertEqual(status, 0, output)
        self.assertIn("entry 1 of log", output)
        self.assertEqual(key.read_text(), first)
        self.assertNotIn("apt-get", self.calls.read_text())

    def test_only_missing_packages_are_installed_and_named(self):
        self.stand_in("dpkg-query", "echo installed cmake\n")
        status, output = self.run_to_end()
        self.assertEqual(status, 0, output)
        install = [line for line in self.calls.read_text().splitlines() if "install" in line][0]
        self.assertIn("libssl-dev", install)
        self.assertNotIn(" cmake", install)
        self.assertIn("Installing", output)

    def test_keep_leaves_the_daemon_and_says_how_to_use_and_stop_it(self):
        (self.work / "app").write_text("app")
        status, output = self.run_to_end("--keep", "app")
        self.assertEqual(status, 0, output)
        pid = int(re.search(r"^  stop it +kill (\d+)$", output, re.M).group(1))
        self.addCleanup(lambda: self.daemons() and os.kill(pid, signal.SIGKILL))
        self.assertEqual(self.daemons(), [pid])
        status, output = self.run_to_end("app")  # meets the daemon that was kept
        self.assertEqual(status, 0, output)
        self.assertEqual(self.daemons(), [pid])
        os.kill(pid, signal.SIGTERM)
        self.wait_until(lambda: not self.daemons(), "the daemon did not end")

    def test_control_c_leaves_nothing_running(self):
        started = self.root / "started"
        command = self.tree / "build/release/bin/chancery"
        command.unlink()
        command.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(started))}\nexec sleep 600\n")
        command.chmod(0o755)
        process = self.start("--keep")
        self.wait_until(started.exists, "it never came to sign")
        self.assertEqual(len(self.daemons()), 1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        output, _ = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 130, output)
        self.assertEqual(self.daemons(), [])

    def test_a_missing_file_is_named_before_anything_is_done(self):
        status, output = self.run_to_end("no such file")
        self.assertEqual(status, 1)
        self.assertIn("no such file: there is no such file", output)
        self.assertFalse(self.calls.exists())

    def test_a_daemon_that_does_not_start_is_explained(self):
        state = self.root / "state/chancery/quickstart/state"
        state.parent.mkdir(parents=True)
        state.write_text("no directory")
        status, output = self.run_to_end()
        self.assertEqual(status, 1)
        self.assertIn("STATE_DIRECTORY", output)
        self.assertEqual(self.daemons(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
