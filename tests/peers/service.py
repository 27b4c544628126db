"""A peer that is a process of its own, on this network namespace's loopback."""
import subprocess
import time
import urllib.error
import urllib.request

from chancery import CACHE

STOP_SECONDS = 20


class Service:
    def __init__(self, directory, program, *options, within=()):
        self.program = program
        self.messages = directory / f"{program}.messages"
        self.command = [str(word) for word in (*within, CACHE / "bin" / program, *options)]
        self.start()

    def start(self, *changed):
        """Options that are `changed` count in place of those it was made with."""
        with self.messages.open("ab") as messages:
            self.process = subprocess.Popen(
                [*self.command, *changed], stdin=subprocess.DEVNULL, stdout=messages, stderr=subprocess.STDOUT)

    def await_answer(self, url):
        """Waits until it answers a GET of `url`, with whatever status below 500."""
        self.await_state(lambda: answers(url))
        return self

    def await_state(self, is_reached):
        while self.process.poll() is None:
            if is_reached():
                return
            time.sleep(0.01)  # it has not got so far yet
        raise RuntimeError(f"{self.program} ended with status {self.process.returncode}:\n"
                           f"{self.messages.read_text(errors='replace')[-4000:]}")

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=10).close()
        return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
