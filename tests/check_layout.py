#!/usr/bin/env python3
"""The rules of the house that a reader would otherwise have to enforce: who includes whom, what core
may not touch, sizes, names, headers that say what they promise. Exit 1 with a line for each breach.

usage: check_layout.py [SOURCE_DIRECTORY]
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

FOLDERS = ["core", "wire", "backends", "remote", "daemon", "client", "tests"]

# Who may include whom: the longest prefix that fits a file decides. Its own folder is always allowed.
# `proto` stands for generated code, `backends.h` for the headers directly in backends/.
MAY_INCLUDE = {
    "core": ["core"],
    "wire": ["core", "wire", "proto"],
    "backends": ["core", "backends.h"],
    "backends/host": ["core", "backends.h", "backends/host"],
    "remote": ["core", "proto", "remote/http"],
    "client": ["core", "wire", "proto", "remote", "client"],
    "daemon": ["core", "wire", "proto", "backends.h", "backends/host", "daemon"],
    "daemon/config": ["core", "wire", "backends.h", "daemon/config"],
    "daemon/config/toml": ["core"],
    "daemon/journal": ["core", "daemon/journal"],
    "daemon/local_log": ["core", "backends.h", "backends/host", "daemon/alarms", "daemon/journal", "daemon/local_log"],
    "daemon/finisher": ["core", "remote", "daemon"],
    "daemon/server": ["core", "wire", "proto", "daemon/server"],
    "tests": FOLDERS + ["backends.h", "proto"],
}
# Concrete backends are named in one place; the key host opens them, the daemon checks their options.
REGISTRY = "backends/registry.h"
MAY_INCLUDE_REGISTRY = {
    "backends/registry.cpp", "backends/host/program/serve.cpp", "daemon/main.cpp", "daemon/daemon.cpp",
}

# core is pure: bytes and times in, answers out.
BANNED_IN_CORE = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "latch", "barrier",
    "stop_token", "fstream", "filesystem", "iostream", "random", "unistd.h", "fcntl.h",
    "signal.h", "csignal", "poll.h", "netdb.h", "pthread.h",
}
BANNED_CALLS_IN_CORE = re.compile(
    r"\b(secure_)?getenv\s*\(|(system|steady)_clock::now|\btime\s*\(\s*(NULL|nullptr|0)\s*\)"
    r"|\b(clock_gettime|gettimeofday|localtime\w*)\s*\(")

# A library is met in one place, so that it can be wrapped, watched and replaced there.
LIBRARY_HOMES = {
    "toml++/": ["daemon/config/toml"],
    "sqlite3.h": ["daemon/journal"],
    "seccomp.h": ["backends/host"],
    "p11-kit/": ["backends/pkcs11"],
    "curl/": ["remote/http"],
    "linux/landlock.h": ["backends/host"],
    "tss2/": ["backends/tpm"],
    "sdbus-c++/": ["client/dbus"],
    "systemd/": ["client/dbus", "daemon"],
    "CLI/": ["client", "daemon"],
    "openssl/": ["core/crypto", "backends"],
    "sodium": ["core/crypto"],
    "nlohmann/": ["core/base", "client"],
    "re2/": ["core/bundle", "core/policy"],
}

LINES_MAX = 450
LINES_TO_LOOK_AT_AGAIN = 300
UNITS_PER_FOLDER_MAX = 14
BANNED_NAMES = {"util", "utils", "common", "manager", "misc", "helper", "helpers", "stuff"}
BANNED_TYPES = re.compile(r"^\s*(?:class|struct)\s+(\w*(?:Manager|Helper|Util|Utils|Impl))\b", re.M)
TODO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\s*\(?#\d+)")


def longest_prefix(table, path):
    fitting = [key for key in table if path == key or path.startswith(key + "/")]
    return max(fitting, key=len) if fitting else None


def included_area(include):
    """The area that an include with quotes belongs to: a folder, `backends.h` or `proto`."""
    top = include.split("/")[0]
    if top not in FOLDERS:
        return "proto"
    if top == "backends" and include.count("/") == 1:
        return "backends.h"
    return str(Path(include).parent)


def allows(allowed, area):
    return any(area == one or area.startswith(one + "/") for one in allowed)


def check_includes(path, text):
    own = str(Path(path).parent)
    allowed = MAY_INCLUDE[longest_prefix(MAY_INCLUDE, path)] + [own]
    if path == "backends/registry.cpp":  # the list of every backend
        allowed.append("backends")
    for include in re.findall(r'^#include "([^"]+)"', text, re.M):
        area = included_area(include)
        nested = own == area or own.startswith(area + "/")  # a subfolder belongs to its folder
        if not allows(allowed, area) and not nested:
            yield f"includes {include}; {longest_prefix(MAY_INCLUDE, path)} may see {', '.join(allowed)}"
        may_see_registry = path in MAY_INCLUDE_REGISTRY or path.startswith("tests/")
        if include == REGISTRY and not may_see_registry:
            yield f"includes {REGISTRY}; only {', '.join(sorted(MAY_INCLUDE_REGISTRY))} may"


def check_libraries(path, text):
    if path.startswith("tests/"):
        return
    for include in re.findall(r"^#include <([^>]+)>", text, re.M):
        if path.startswith("core/") and (include in BANNED_IN_CORE or include.startswith("sys/")):
            yield f"includes <{include}>; core has no files, clock, threads or sockets"
        for library, homes in LIBRARY_HOMES.items():
            if include.startswith(library) and not allows(homes, str(Path(path).parent)):
                yield f"includes <{include}>; it lives in {', '.join(homes)}"
    if path.startswith("core/"):
        for call in BANNED_CALLS_IN_CORE.finditer(text):
            yield f"calls {call.group().strip()}; time and environment are arguments in core"


def check_text(path, text):
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{lines} lines; at most {LINES_MAX}"
    elif lines > LINES_TO_LOOK_AT_AGAIN:
        print(f"look again: {path} has {lines} lines")
    for name in Path(path).with_suffix("").parts:
        if BANNED_NAMES & set(name.lower().split("_")):
            yield f"{name} says nothing; name what it does"
    for name in BANNED_TYPES.findall(text):
        yield f"{name} says nothing; name what it does"
    for todo in TODO.finditer(text):
        yield f"{todo.group()} without the number of an issue"
    if path.endswith(".h") and not path.startswith("tests/"):
        if not text.startswith("//"):
            yield "begins without a comment; say what it promises, who owns it, which thread calls it"
        if "#pragma once" not in text:
            yield "no #pragma once"


def check_folders(paths):
    units = defaultdict(set)
    for path in paths:
        units[str(Path(path).parent)].add(Path(path).stem)
    for folder, names in sorted(units.items()):
        if len(names) > UNITS_PER_FOLDER_MAX and not folder.startswith("tests"):
            yield folder, f"{len(names)} units; at most {UNITS_PER_FOLDER_MAX}: find the folder within"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    sources = sorted(str(path.relative_to(root)) for folder in FOLDERS
                     for path in (root / folder).rglob("*") if path.suffix in {".cpp", ".h"})
    if not sources:
        sys.exit(f"no sources below {root}")
    breaches = list(check_folders(sources))
    for path in sources:
        text = (root / path).read_text(encoding="utf-8")
        for check in (check_includes, check_libraries, check_text):
            breaches += [(path, breach) for breach in check(path, text)]
    for path, breach in breaches:
        print(f"{path}: {breach}")
    print(f"{len(sources)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
