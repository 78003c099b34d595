"""Labelled scripts for training and measuring: their list, their families, folds and intervals.

A list is a file of lines, fields parted by tabs: path, label (mal or ben), collection and, if the
collection is of several applications, the application. Paths are relative to the list. Nothing here
fetches anything, and nothing of what is listed ever becomes part of the repository.
"""
import hashlib
import math
import os
import struct
import subprocess
from dataclasses import dataclass, field

import numpy

PAGES = ["", "php", "asp", "aspx", "jsp", "cfm", "perl", "python"]
BUCKETS = 1 << 15
HASHES = 64
BAND_ROWS = 8  # two scripts that share about three quarters of their runs fall into one family


@dataclass
class Script:
    path: str
    is_bad: bool
    collection: str
    application: str
    page: str = ""
    features: numpy.ndarray = field(default=None, repr=False)
    buckets: numpy.ndarray = field(default=None, repr=False)
    family: str = ""


def read_list(path):
    scripts = []
    folder = os.path.dirname(os.path.abspath(path))
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            if len(fields) < 3 or fields[1] not in ("mal", "ben"):
                raise SystemExit(f"{path}:{number}: expected path, mal or ben, collection")
            application = fields[3] if len(fields) > 3 and fields[3] else fields[2]
            scripts.append(Script(os.path.join(folder, fields[0]), fields[1] == "mal", fields[2],
                                  application))
    return scripts


def list_digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def feature_names(program):
    names = subprocess.run([program, "--names"], stdout=subprocess.PIPE, check=True).stdout
    return names.decode().split()


def features_digest(names):
    """Of what the features are called, the first digits of a SHA-256."""
    return hashlib.sha256("".join(name + "\n" for name in names).encode()).hexdigest()[:16]


def find_features(program, scripts):
    """Runs bench/script_features over the scripts; returns those that have server code, with their
    features."""
    paths = "".join(script.path + "\n" for script in scripts)
    data = subprocess.run([program], input=paths.encode("utf-8", "surrogateescape"),
                          stdout=subprocess.PIPE, check=True).stdout
    if data[:4] != b"PUGF":
        raise SystemExit(f"{program} does not print features")
    count = struct.unpack_from("<I", data, 4)[0]
    at = 24
    with_code = []
    for script in scripts:
        page = data[at]
        at += 1
        if page == 0:
            continue
        script.page = PAGES[page]
        script.features = numpy.frombuffer(data, "<f4", count, at)
        at += 4 * count
        buckets = struct.unpack_from("<I", data, at)[0]
        at += 4
        script.buckets = numpy.frombuffer(data, "<u2", buckets, at)
        at += 2 * buckets
        with_code.append(script)
    if at != len(data):
        raise SystemExit(f"{program} printed more or less than it said")
    return with_code


def find_families(scripts):
    """Puts near-duplicates into one family, by MinHash over the runs of their tokens. Benign ones
    belong to their application besides: nothing of one is in two folds."""
    random = numpy.random.default_rng(1)
    prime = (1 << 31) - 1
    table = (numpy.arange(BUCKETS, dtype=numpy.int64)[:, None] * random.integers(1, prime, HASHES)
             + random.integers(0, prime, HASHES)) % prime
    parents = list(range(len(scripts)))

    def find(number):
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    first_of = {}
    for number, script in enumerate(scripts):
        keys = []
        if not script.is_bad:
            keys.append(("application", script.application))
        if script.is_bad and len(script.buckets):
            hashes = table[script.buckets.astype(int)].min(0)
            for band in range(0, HASHES, BAND_ROWS):
                keys.append((script.page, band, hashes[band:band + BAND_ROWS].tobytes()))
        for key in keys:
            if key in first_of:
                parents[find(number)] = find(first_of[key])
            else:
                first_of[key] = number
    for number, script in enumerate(scripts):
        script.family = str(find(number))


def folds_of(scripts, count, seed=1):
    """The fold of each script; a family is never in two."""
    families = sorted({script.family for script in scripts})
    random = numpy.random.default_rng(seed)
    of_family = dict(zip(families, random.permutation(len(families)) % count))
    return numpy.array([of_family[script.family] for script in scripts])


def interval(hits, total):
    """The 95 % interval of a rate after Wilson (1927)."""
    if total == 0:
        return 0.0, 1.0
    z = 1.96
    rate = hits / total
    middle = (rate + z * z / (2 * total)) / (1 + z * z / total)
    spread = math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    half = z * spread / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate_text(hits, total):
    low, high = interval(hits, total)
    share = hits / total if total else 0
    return f"{100 * share:.2f} % ({hits} of {total}; {100 * low:.2f} to {100 * high:.2f})"


def family_mean(scripts, flags):
    """The mean over families of the share of files with the flag."""
    shares = {}
    for script, flag in zip(scripts, flags):
        shares.setdefault(script.family, []).append(bool(flag))
    means = [sum(values) / len(values) for values in shares.values()]
    return sum(means) / len(means) if means else 0.0
