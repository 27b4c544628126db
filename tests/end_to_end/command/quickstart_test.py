#!/usr/bin/env python3
"""The quickstart script over programs that are built already: what it writes, says and leaves behind.

usage: quickstart_test.py SOURCE_DIRECTORY PROGRAM_DIRECTORY
Packages and build are played by stand-ins on the PATH; daemon and command are the real ones.
"""
import fcntl
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

    def start(self, *arguments, script=None, **variables):
        environment = {**os.environ, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
                       "XDG_STATE_HOME": str(self.root / "state"), "XDG_RUNTIME_DIR": str(self.root / "run"), **variables}
        environment.pop("CHANCERY_SOCKET", None)
        return subprocess.Popen([script or self.tree / "quickstart", *arguments], cwd=self.work, env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def run_to_end(self, *arguments, **options):
        process = self.start(*arguments, **options)
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
        names = ["name with spaces", "-dash"]
        for name in names:
            (self.work / name).write_text("content")
        _, output = self.run_to_end("--", *names)
        lines = re.findall(r"^  (.*chancery verify .*)$", output, re.M)
        self.assertEqual(len(lines), len(names), output)
        for line in lines:
            subprocess.run(line, shell=True, cwd=self.work, check=True, capture_output=True)
        cosign = shlex.split(re.search(r"^  (cosign verify-blob .*)$", output, re.M).group(1))
        self.assertEqual(cosign[-2:], ["--", "name with spaces"])
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
        status, output = self.run_to_end("--keep", "app")  # meets the daemon that was kept
        self.assertEqual(status, 0, output)
        self.assertRegex(output, rf"stop it +kill {pid}\n")
        self.assertEqual(self.daemons(), [pid])
        os.kill(pid, signal.SIGTERM)
        self.wait_until(lambda: not self.daemons(), "the daemon did not end")
        self.assertEqual(list((self.root / "run/chancery-quickstart").iterdir()), [])

    def test_of_two_at_once_the_later_one_waits_and_says_so(self):
        lock = self.root / "state/chancery/quickstart/lock"
        lock.parent.mkdir(parents=True)
        (self.work / "app").write_text("app")
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            runs = [self.start("app") for _ in range(2)]
            for run in runs:
                self.assertIn("Another quickstart of yours is running", run.stdout.readline())
        outputs = [run.communicate(timeout=PATIENCE_S)[0] for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0], outputs)
        for entry in ["entry 0 of log", "entry 1 of log"]:
            self.assertIn(entry, "".join(outputs))

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

    def test_control_c_while_the_daemon_stops_waits_for_it(self):
        stopping, go_on = self.root / "stopping", self.root / "go on"
        os.mkfifo(go_on)
        daemon = self.tree / "build/release/bin/chanceryd"
        daemon.unlink()
        daemon.write_text(f"""#!/bin/sh
{shlex.quote(str(PROGRAMS / "chanceryd"))} "$@" &
trap 'touch {stopping}; read -r _ <"{go_on}"; kill $!' TERM
wait $!
wait $!
""")
        daemon.chmod(0o755)
        process = self.start()
        self.wait_until(stopping.exists, "it never came to stop the daemon")
        os.killpg(process.pid, signal.SIGINT)
        go_on.write_text("\n")
        output, _ = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(self.daemons(), [], output)
        self.assertEqual(list((self.root / "run").iterdir()), [])

    def test_it_may_be_called_through_a_link_and_with_a_long_runtime_directory(self):
        link = self.root / "link"
        link.symlink_to(self.tree / "quickstart")
        long = self.root / ("long" * 20)
        long.mkdir()
        status, output = self.run_to_end(script=link, XDG_RUNTIME_DIR=str(long))
        self.assertEqual(status, 0, output)

    def test_what_is_wrong_with_the_line_is_said(self):
        self.assertEqual(self.run_to_end("-x")[0], 2)
        for argument, said in [("-x", "-x: there is no such option"), ("", "name is empty"),
                               (".", ".: is no ordinary file"), ("/dev/null", "is no ordinary file")]:
            self.assertIn(said, self.run_to_end(argument)[1])

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
