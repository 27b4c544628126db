"""A chanceryd with clients, and what they were answered."""
import json
import os
import subprocess
import time

from chancery import PROGRAMS, Chancery
from log_entries import inclusion_of

UNFINISHED = 3  # exit status of whoever has a receipt and no bundle
CLIENT_SECONDS = 120  # much longer than any fault here, but for standing_still.SECONDS


def await_state(name, is_reached):
    deadline = time.monotonic() + CLIENT_SECONDS
    while not is_reached():
        if time.monotonic() > deadline:
            raise TimeoutError(name)
        time.sleep(0.02)  # it is not so far yet


class Client:
    """`chancery sign` in the background, of a file of its own."""

    def __init__(self, chancery, profile, number, content, seconds):
        artefact = chancery.directory / f"artefact-{number}"
        artefact.write_bytes(content)
        self.bundle = chancery.directory / f"bundle-{number}.json"
        self.process = subprocess.Popen(
            [PROGRAMS / "chancery", "sign", "--json", "--profile", profile, "--timeout", str(seconds),
             "--output", self.bundle, artefact],
            env=os.environ | {"CHANCERY_SOCKET": str(chancery.socket)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.answer = None

    def receipt(self):
        if self.answer is None:
            output, errors = self.process.communicate()
            if self.process.returncode not in (0, UNFINISHED):
                raise RuntimeError(f"chancery sign: exit {self.process.returncode}\n{output}{errors}")
            self.answer = json.loads(output)
            if "receipt" not in self.answer:
                raise RuntimeError(f"chancery sign: {output}{errors}")
        return self.answer["receipt"]

    def left_early(self):
        """When its daemon was told to end, or its own time was over."""
        return self.process.returncode == UNFINISHED

    def answered(self, whole):
        """Its bundle; one that left before its logs had it gets the entries of the `whole` one."""
        bundle = json.loads(self.bundle.read_text())
        if not bundle["verificationMaterial"]["tlogEntries"]:
            bundle["verificationMaterial"]["tlogEntries"] = whole["verificationMaterial"]["tlogEntries"]
        return bundle

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class BusyChancery(Chancery):
    """Has clients."""

    def __init__(self, directory, config, program):
        directory.mkdir()
        self.clients = []
        self.is_ending, self.may_leave = False, False
        super().__init__(directory, config, program)

    def sign_many(self, count, profile, content=None, seconds=CLIENT_SECONDS):
        """The new clients, in the background, each with a file of its own unless there is `content`."""
        first = len(self.clients)
        added = [Client(self, profile, number, content or os.urandom(16), seconds)
                 for number in range(first, first + count)]
        self.clients += added
        return added

    def status(self):
        return json.loads(self.run("status", "--json"))

    def await_signed(self):
        """Whether finished or not."""
        await_state("all are signed", lambda: self.status()["log"]["size"] >= len(self.clients))

    def said(self):
        return self.messages.read_text()

    def await_message(self, words):
        await_state(f"a daemon says: {words}", lambda: words in self.said())

    def tell_to_end(self):
        self.process.terminate()
        self.is_ending = True

    def end_and_start(self):
        if self.is_ending:
            self.stop()
            self.start()
            self.is_ending, self.may_leave = False, True

    def close(self):
        for client in self.clients:
            client.stop()
        self.stop()

    def places(self, test, version):
        """Where the log has what was signed here, by leaf hash: by each client's answer and by the archive, which say
        the same; and the journal has nothing left to do."""
        places = {}
        for client in self.clients:
            whole = json.loads(self.run("wait", client.receipt()))
            if not (self.may_leave and client.left_early()):
                test.assertEqual(client.answered(whole), whole)
            leaf, index = inclusion_of(whole, version)
            test.assertEqual(places.setdefault(leaf, index), index)
        status = self.status()
        requests = status["requests"]
        test.assertEqual((status["unfinished"], requests["failed"], requests["unrecorded"]), ([], 0, 0))
        test.assertEqual(status["log"]["size"], len(places), "signed, and nobody has got it")
        return places
