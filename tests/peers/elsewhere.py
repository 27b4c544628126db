"""Daemons whose profiles name stock services, and what these say of the signatures."""
import pathlib
import re
import tempfile

from busy_chancery import BusyChancery, await_state
from elsewhere_config import config
from interceptor import Interceptor
from log_entries import leaves_v1, leaves_v2
from private_sigstore import REKOR, PrivateSigstore

TWICE = re.compile(r"recorded one signature twice: entries (\d+) and (\d+)")


class Elsewhere:
    """For a test case to inherit from. Three daemons meet what happens to the services: one is left alone, one is
    killed in the middle of it and started anew, one is told to end and started when it is over."""
    profiles = ["v1", "v2", "early-v1", "early-v2"]
    program = "chanceryd"
    version = 2  # of the log that is looked at
    intercepted = ()  # the services that they reach through interceptors, `between` the first

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chancery-peers-")
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        services = self.directory / "services"
        services.mkdir()
        self.sigstore = PrivateSigstore(services)
        self.addCleanup(self.sigstore.stop)
        self.urls = self.sigstore.urls
        self.interceptors = [self.intercept(name) for name in self.intercepted]
        self.between = self.interceptors[0] if self.interceptors else None
        self.calm, self.killed, self.told = self.chanceries = [
            self.start(self.directory / name) for name in ("calm", "killed", "told")]

    def intercept(self, name):
        interceptor = Interceptor(self.urls[name])
        self.addCleanup(interceptor.stop)
        self.urls[name] = interceptor.url
        return interceptor

    def start(self, directory):
        configuration = config(directory, self.sigstore.root, self.urls, self.profiles)
        chancery = BusyChancery(directory, configuration, self.program)
        self.addCleanup(chancery.close)
        return chancery

    @property
    def log_name(self):
        return f"v{self.version}"

    @property
    def log(self):
        return self.sigstore.rekor(self.version)

    def sign_many(self, count, profile=None):
        """At each of the daemons."""
        for chancery in self.chanceries:
            chancery.sign_many(count, profile or self.log_name)

    def await_signed(self):
        for chancery in self.chanceries:
            chancery.await_signed()

    def await_message(self, words):
        for chancery in self.chanceries:
            chancery.await_message(words)

    def disturb(self):
        """When all have signed: what was accepted and is not signed by then fails, as promised."""
        self.await_signed()
        self.killed.kill()
        self.killed.start()
        self.told.tell_to_end()

    def leaves(self):
        """The leaf hashes of all that the log has, by its own word, in its order."""
        return leaves_v2(self.sigstore.tile_directory) if self.version == 2 else leaves_v1(REKOR[1])

    def await_entry(self):
        await_state("the log has an entry", self.leaves)

    def expect_accounts_agree(self, strangers_max=0):
        """Every client has its answer and every archive has the same; the log has each signature where its bundle
        says, and once, or twice where the daemon has said so. Nothing else is there but what strangers added."""
        self.told.end_and_start()
        places, twins = {}, {}
        for chancery in self.chanceries:
            places |= chancery.places(self, self.version)
            twins |= {int(twin): int(first) for first, twin in TWICE.findall(chancery.said())}
        found = self.leaves()
        for leaf, index in places.items():
            self.assertEqual(found[index], leaf)
            others = [at for at, other in enumerate(found) if other == leaf and at != index]
            self.assertEqual([twins.get(at) for at in others], [index] * len(others), "doubled, and nobody says so")
        self.assertLessEqual(len(set(found) - set(places)), strangers_max, "in the log, and nobody has got it")
