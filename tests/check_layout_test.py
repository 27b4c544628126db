#!/usr/bin/env python3
"""check_layout.py sees each kind of breach: one small tree with one breach a test."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).with_name("check_layout.py")
HEADER = "// A promise.\n#pragma once\n"


def check(files):
    """Exit status and words of check_layout.py for a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, CHECK, root], text=True, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


class CheckLayout(unittest.TestCase):
    def assert_breach(self, path, text, words):
        status, said = check({path: text})
        self.assertEqual(status, 1, said)
        self.assertIn(f"{path}: ", said)
        self.assertIn(words, said)

    def test_tree_without_breaches_passes(self):
        status, said = check({
            "core/base/bytes.h": HEADER,
            "core/tlog/note.cpp": '#include "core/base/bytes.h"\n// TODO(#12): witnesses\n',
            "daemon/main.cpp": '#include "backends/registry.h"\n#include "daemon/flows/sign.h"\n',
        })
        self.assertEqual(status, 0, said)
        self.assertIn("3 files, 0 breaches", said)

    def test_empty_tree_is_an_error(self):
        status, said = check({"README.md": ""})
        self.assertEqual(status, 1)
        self.assertIn("no sources", said)

    def test_core_sees_only_core(self):
        self.assert_breach("core/tlog/a.cpp", '#include "daemon/pool.h"\n', "core may see core")

    def test_backend_sees_no_other_backend(self):
        self.assert_breach("backends/tpm/a.cpp", '#include "backends/software/key_file.h"\n',
                           "backends may see core, backends.h")

    def test_daemon_sees_no_concrete_backend(self):
        self.assert_breach("daemon/flows/a.cpp", '#include "backends/software/software.h"\n',
                           "includes backends/software/software.h")

    def test_client_never_sees_the_daemon(self):
        self.assert_breach("client/a.cpp", '#include "daemon/pool.h"\n', "client may see")

    def test_registry_is_for_main_and_the_key_host(self):
        self.assert_breach("daemon/flows/a.cpp", '#include "backends/registry.h"\n', "only backends/")

    def test_core_has_no_threads_files_or_sockets(self):
        for header in ["thread", "fstream", "sys/socket.h", "unistd.h"]:
            self.assert_breach("core/base/a.cpp", f"#include <{header}>\n", "core has no files")

    def test_core_asks_nobody_for_time_or_environment(self):
        for call in ["std::chrono::system_clock::now()", 'getenv("HOME")', "time(nullptr)", "gettimeofday(&t, 0)"]:
            self.assert_breach("core/base/a.cpp", f"auto x = {call};\n", "arguments in core")

    def test_library_is_met_in_one_place(self):
        self.assert_breach("daemon/flows/a.cpp", "#include <sqlite3.h>\n", "lives in daemon/journal")

    def test_long_file_is_refused_and_a_longish_one_told(self):
        self.assert_breach("core/base/a.cpp", "\n" * 451, "451 lines; at most 450")
        status, said = check({"core/base/a.cpp": "\n" * 301})
        self.assertEqual(status, 0)
        self.assertIn("look again: core/base/a.cpp has 301 lines", said)

    def test_folder_with_too_many_units_is_refused(self):
        status, said = check({f"core/base/a{i}.cpp": "\n" for i in range(15)})
        self.assertEqual(status, 1)
        self.assertIn("core/base: 15 units; at most 14", said)

    def test_names_that_say_nothing_are_refused(self):
        self.assert_breach("core/base/string_utils.cpp", "\n", "string_utils says nothing")
        self.assert_breach("daemon/common/a.cpp", "\n", "common says nothing")
        self.assert_breach("daemon/a.cpp", "class KeyManager {};\n", "KeyManager says nothing")

    def test_todo_needs_an_issue(self):
        self.assert_breach("daemon/a.cpp", "// TODO: later\n", "without the number of an issue")

    def test_header_begins_with_its_promise(self):
        self.assert_breach("daemon/a.h", "#pragma once\n", "begins without a comment")
        self.assert_breach("daemon/a.h", "// A promise.\n", "no #pragma once")


if __name__ == "__main__":
    unittest.main()
