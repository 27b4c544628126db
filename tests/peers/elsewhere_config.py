"""The configuration of a chanceryd whose profiles name stock services."""
import os

import stock_acceptance_test as stock

ALGORITHMS = {"key": "ecdsa-p256-sha256", "rsa": "rsa-pkcs1v15-2048-sha256"}
AUTHORITIES = ["first", "second"]
STAMPED = '\ntimestamps = ["first"]'
BY_DEADLINE = STAMPED + '\nrecord = "by-deadline"\nrecord_hours = 1'
# By name: the key, and what is done with its signatures.
PROFILES = {
    "v1": ("key", 'logs = ["v1"]'),
    "v2": ("key", 'logs = ["v2"]' + STAMPED),
    "both": ("key", 'logs = ["v1", "v2"]' + STAMPED),
    "both-v2": ("key", 'logs = ["v2", "other-v2"]' + STAMPED),
    "early-v1": ("key", 'logs = ["v1"]' + BY_DEADLINE),
    "early-v2": ("key", 'logs = ["v2"]' + BY_DEADLINE),
    "next-v2": ("key", f'logs = ["v2"]\ntimestamps = {AUTHORITIES}'),
    "two-v2": ("key", f'logs = ["v2"]\ntimestamps = {AUTHORITIES}\ntimestamps_required = 2'),
    "two-both": ("key", f'logs = ["v1", "v2"]\ntimestamps = {AUTHORITIES}\ntimestamps_required = 2'),
    "rsa-v1": ("rsa", 'logs = ["v1"]'),
    "rsa-v2": ("rsa", 'logs = ["v2"]' + STAMPED),
}


def config(directory, root, urls, profiles):
    trust = f'trusted_root = "{root}"\n'
    sections = f"""
[[rekor]]
name = "v1"
version = 1
url = "{urls["v1"]}"
{trust}
[[rekor]]
name = "v2"
version = 2
url = "{urls["v2"]}"
read_url = "{urls["tiles"]}"
{trust}
[[rekor]]
name = "other-v2"
version = 2
url = "{urls["other-v2"]}"
read_url = "{urls["other-tiles"]}"
{trust}
"""
    for name in AUTHORITIES:
        sections += f'[[timestamp_authority]]\nname = "{name}"\nurl = "{urls[name]}"\n{trust}'
    algorithms = {}
    for name in profiles:
        key, services = PROFILES[name]
        algorithms[key] = ALGORITHMS[key]
        sections += stock.profile_table(name, "disk", key) + services + "\n"
    admins = f'[[rule]]\nname = "admins"\nusers = [{os.getuid()}]\nadmin = true\n'
    return stock.config(directory, algorithms) + sections + admins
