#!/usr/bin/env python3
"""What `cmake --install` puts where, and what systemd thinks of it.

usage: check_install.py BUILD_DIRECTORY PREFIX SYSCONFDIR
Installs into a folder of its own. systemd's own judgement needs systemd-analyze; where it is missing
this says so and exits 77, which ctest shows as a skip.
"""
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXPOSURE_MAX = 1.8  # systemd-analyze security, from 0 (shut) to 10 (open)
READY_WAIT_S = 60
STOP_WAIT_S = 60
PROGRAMS = ["bin/chancery", "sbin/chanceryd", "libexec/chancery/chancery-keyhost", "libexec/chancery/chancery-dbus"]
FILES = [
    "lib/systemd/system/chanceryd.service",
    "lib/systemd/system/chanceryd.socket",
    "lib/systemd/system/chancery-dbus.service",
    "lib/sysusers.d/chancery.conf",
    "lib/tmpfiles.d/chancery.conf",
    "share/dbus-1/system.d/org.chancery.Signer1.conf",
    "share/dbus-1/system-services/org.chancery.Signer1.service",
    "share/polkit-1/actions/org.chancery.Signer1.policy",
    "share/man/man1/chancery.1",
    "share/man/man8/chanceryd.8",
    "share/doc/chancery/README.md",
    "share/doc/chancery/configuration.md",
    "share/doc/chancery/threat_model.md",
    "share/doc/chancery/examples/chancery.toml",
]
UNITS = {"chanceryd.service": "sbin/chanceryd", "chanceryd.socket": None,
         "chancery-dbus.service": "libexec/chancery/chancery-dbus"}  # and what each starts


def run(*command, **environment):
    """What the command printed, on both streams. Raises where it fails."""
    done = subprocess.run(command, env={**os.environ, **environment}, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{' '.join(map(str, command))} failed:\n{done.stdout}"
    return done.stdout


def check_tree(root, configuration):
    installed = {path for path in root.rglob("*") if path.is_file()}
    for path in [root / name for name in PROGRAMS + FILES] + [configuration]:
        assert path.is_file(), f"{path} is not installed"
    programs = {path for path in installed if os.access(path, os.X_OK)}
    assert programs == {root / name for name in PROGRAMS}, f"programs: {sorted(programs)}"
    for path in installed:
        assert path.stat().st_mode & 0o022 == 0, f"{path}: others can write it"


def check_operators_file_is_kept(install, configuration):
    configuration.write_text("# mine\n")
    install()
    assert configuration.read_text() == "# mine\n", "an edited configuration was overwritten"


def check_daemon_runs(root, directory):
    """Installed elsewhere than it was built for, the daemon still finds the key host it starts."""
    reader, writer = os.pipe()
    daemon = subprocess.Popen(
        [root / "sbin/chanceryd", "--state", directory / "state", "--socket", directory / "socket",
         "--ready-fd", str(writer)],
        pass_fds=[writer], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    os.close(writer)
    try:
        select.select([reader], [], [], READY_WAIT_S)  # readable too where it has ended
        ready = os.read(reader, 16)
    finally:
        daemon.terminate()
        said, _ = daemon.communicate(timeout=STOP_WAIT_S)
        os.close(reader)
    assert ready == b"ready\n" and daemon.returncode == 0, f"chanceryd: {daemon.returncode}\n{said}"


def check_socket_is_the_clients(root):
    """Where systemd listens is where the client looks first."""
    unit = (root / "lib/systemd/system/chanceryd.socket").read_text()
    listen = re.search(r"(?m)^ListenStream=(\S+)$", unit).group(1)
    # Without a daemon and an environment the command says where it looked.
    said = subprocess.run([root / "bin/chancery", "status"], env={}, capture_output=True, text=True).stderr
    assert listen in said, f"chancery looks elsewhere than {listen}:\n{said}"


def check_exposure(unit):
    said = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    exposure = float(re.search(r"exposure level for \S+: ([0-9.]+)", said).group(1))
    print(f"exposure level of {unit.name} {exposure}")
    assert exposure <= EXPOSURE_MAX, said


def check_units(root, directory):
    """The units, their programs where they were installed to. `verify` exits 0 even on errors."""
    for unit, program in UNITS.items():
        text = (root / "lib/systemd/system" / unit).read_text()
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={root}/{program}", text)
        (directory / unit).write_text(text)
    for unit, program in UNITS.items():
        said = run("systemd-analyze", "verify", directory / unit)
        assert said == "", f"systemd-analyze verify {unit}:\n{said}"
        if program is not None:
            check_exposure(directory / unit)
    text = (directory / "chanceryd.service").read_text()
    for hiding in ["PrivateUsers", "ProtectProc", "ProcSubset"]:
        assert f"\n{hiding}=" not in text, f"{hiding}= hides the peers"


def check_users(root, directory):
    """The users can be made, and the folders given to them (which takes root)."""
    host = directory / "host"
    (host / "etc").mkdir(parents=True)
    run("systemd-sysusers", f"--root={host}", root / "lib/sysusers.d/chancery.conf")
    users = (host / "etc/passwd").read_text()
    groups = (host / "etc/group").read_text()
    assert re.search(r"(?m)^chancery:.*:/var/lib/chancery:", users), users
    assert re.search(r"(?m)^chancery-dbus:", users), users
    assert re.search(r"(?m)^chancery-signers:", groups), groups
    if os.geteuid() != 0:
        return
    run("systemd-tmpfiles", f"--root={host}", "--create", root / "lib/tmpfiles.d/chancery.conf")
    modes = {name: (host / name).stat() for name in ["run/chancery", "var/lib/chancery"]}
    assert modes["run/chancery"].st_mode & 0o777 == 0o755, "/run/chancery"
    assert modes["run/chancery"].st_uid == 0, "/run/chancery belongs to somebody else"
    assert modes["var/lib/chancery"].st_mode & 0o777 == 0o700, "/var/lib/chancery"
    assert modes["var/lib/chancery"].st_uid != 0, "/var/lib/chancery is root's"


def main():
    build, prefix, sysconfdir = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        staged = directory / "staged"
        root = Path(f"{staged}{prefix}")
        configuration = Path(f"{staged}{sysconfdir}") / "chancery/chancery.toml"

        def install():
            run("cmake", "--install", build, DESTDIR=str(staged))

        install()
        check_tree(root, configuration)
        check_operators_file_is_kept(install, configuration)
        check_daemon_runs(root, directory)
        check_socket_is_the_clients(root)
        if shutil.which("systemd-analyze") is None:
            print("left out: systemd-analyze is not here")
            return 77
        check_units(root, directory)
        check_users(root, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
