#!/usr/bin/env python3
"""Each reason that the code gives is in docs/errors.md, and each one there is still given.
Those that the client has an advice for are among them.

usage: check_errors.py [SOURCE_DIRECTORY]
"""
import re
import sys
from pathlib import Path

FOLDERS = ["core", "wire", "backends", "remote", "daemon", "client"]
MAKERS = ("invalid_request|denied|not_found|unsupported|unavailable|outcome_unknown|exhausted|corrupt|"
          "internal|system_error")
MADE = re.compile(rf'\b(?:{MAKERS})\(\s*"([A-Z][A-Z0-9_]*)"')
WRITTEN = re.compile(r'"([A-Z][A-Z0-9_]*)"')  # also where a maker gets its reason from elsewhere
ADVICE = "client/terminal/advice.cpp"  # names reasons, and gives none
ROW = re.compile(r"^\| (`[A-Z][^|]*)\|", re.M)  # its first column may hold several


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    code = "\n".join(path.read_text(encoding="utf-8") for folder in FOLDERS
                     for path in sorted((root / folder).rglob("*"))
                     if path.suffix in {".cpp", ".h"} and path != root / ADVICE)
    rows = ROW.findall((root / "docs/errors.md").read_text(encoding="utf-8"))
    documented = {reason for row in rows for reason in re.findall(r"`([A-Z][A-Z0-9_]*)`", row)}
    advised = set(re.findall(r'Advice\{"([A-Z][A-Z0-9_]*)"', (root / ADVICE).read_text(encoding="utf-8")))
    missing = sorted((set(MADE.findall(code)) | advised) - documented)
    stale = sorted(documented - set(WRITTEN.findall(code)))
    for reasons, what in [(missing, "not in docs/errors.md: add a line"),
                          (stale, "in docs/errors.md, and nothing gives it any more")]:
        for reason in reasons:
            print(f"{reason}: {what}")
    print(f"{len(documented)} reasons documented")
    return 1 if missing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
