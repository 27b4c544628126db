"""The configuration of a chanceryd whose profiles name stock services."""
import os

import stock_acceptance_test as stock

STAMPED = '\ntimestamps = ["first"]'
BY_DEADLINE = STAMPED + '\nrecord = "by-deadline"\nrecord_hours = 1'
# By name, what is done with their signatures.
PROFILES = {
    "v1": 'logs = ["v1"]',
    "v2": 'logs = ["v2"]' + STAMPED,
    "both": 'logs = ["v1", "v2"]' + STAMPED,
    "early-v1": 'logs = ["v1"]' + BY_DEADLINE,
    "early-v2": 'logs = ["v2"]' + BY_DEADLINE,
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
[[timestamp_authority]]
name = "first"
url = "{urls["first"]}"
{trust}
"""
    for name in profiles:
        sections += stock.profile_table(name, "disk", "key") + PROFILES[name] + "\n"
    admins = f'[[rule]]\nname = "admins"\nusers = [{os.getuid()}]\nadmin = true\n'
    return stock.config(directory, {"key": "ecdsa-p256-sha256"}) + sections + admins
