#!/usr/bin/env python3
"""Measures whole hunts: reading, hashing, decoding, all rules, writing the case.

  hunt_bench.py PROGRAM [--size-mb N] [--rounds N] [--corpora DIR] [--quick]
  hunt_bench.py PROGRAM --instructions [--write]

Each round runs sha256sum and the hunt on one and on two threads, one after the other on the same
file, so that all of them meet the same machine. On a busy one compare user+sys, not wall time. At
the end all files are hunted in at once, on one and on two threads, beside sha256sum of the same
files by one process and by two: what a second thread is worth on this machine at best.
Every result is verified: exit code, SHA-256 of the item, and the case, which must be the same to
the byte in every round and for either number of threads. Ends with 1 if anything differs.

The files are made once in DIR (default: build/bench-corpora), as corpora.py says. Samples and
public rules come from the folder that PUGMARK_DATA names (default: ../shared/data beside the
checkout); what is missing there is said by name and left out. --instructions counts instructions
with callgrind instead, beyond those of loading the rules, and compares with instructions.txt;
--write writes that file. --quick only shows that all of this works.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

from corpora import corpora, make_iis_log

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / 'instructions.txt'
TOLERANCE = 0.05


def say(text):
    print(text, flush=True)


def public_rules(data):
    folders = sorted(data.glob('sigma/rules*'))
    if not folders:
        say(f"left out: public rules, for there is no {data / 'sigma'}; own rules only")
    return [word for folder in folders for word in ('-r', str(folder))]


def timed(command, keep_output=False):
    """Runs to the end. Returns (wall s, user+sys s, peak bytes, exit code, standard output)."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        output = process.stdout.read() if keep_output else b''
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return (time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
            process.returncode, output)


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


class Hunter:
    """Runs the program on one file and holds every case against the first one of that file."""

    def __init__(self, program, folder, rules):
        self.program, self.rules = program, rules
        self.case = folder / 'bench.case'
        self.first = {}
        self.loading_s = 0.0  # user+sys, of all rules

    def command(self, path, threads):
        return [self.program, 'hunt', path, '-o', self.case, '--force', '--quiet', '--threads',
                str(threads), *self.rules]

    def show(self, what):
        done = subprocess.run([self.program, 'show', self.case, what, '--jsonl'], check=True,
                              capture_output=True)
        return json.loads(done.stdout)

    def run(self, path, threads, sha256):
        wall, cpu, peak, code, _ = timed(self.command(path, threads))
        if code not in (0, 3):  # 3: part of the file was damaged, which the samples are
            sys.exit(f'{path}: the hunt ended with {code}')
        found = (code, digest(self.case))
        if path not in self.first:
            summary, item = self.show('summary'), self.show('items')
            if sha256 != item['sha256']:
                sys.exit(f"{path}: sha256sum says {sha256}, the case {item['sha256']}")
            self.first[path] = (found, summary)
        if found != self.first[path][0]:
            sys.exit(f'{path}: another case or exit code with {threads} threads: {found} instead '
                     f'of {self.first[path][0]}')
        return wall, cpu, peak


def rows_of(path, hunter, rounds):
    """The measured rows of one corpus: sha256sum, one thread, two threads."""
    hunts, sums, sha256 = {1: [], 2: []}, [], None
    for _ in range(rounds):
        *figures, code, output = timed(['sha256sum', path], keep_output=True)
        said = output.decode().split(' ')[0]
        sha256 = sha256 or said
        if code != 0 or said != sha256:
            sys.exit(f'{path}: sha256sum ended with {code} and said {said}, before {sha256}')
        sums.append(figures)
        for threads, runs in hunts.items():
            runs.append(hunter.run(path, threads, sha256))
    return {'sha256sum': sums, '1 thread': hunts[1], '2 threads': hunts[2]}


def print_rows(path, rows, summary):
    def median(name, column):
        return statistics.median(figures[column] for figures in rows[name])
    size = path.stat().st_size
    say(f"\n{path.name} ({digest(path)[:16]}): {size:,} bytes, {summary['events']:,} events, "
        f"{summary['findings']:,} findings ({summary['kept']:,} kept), {summary['gaps']} gaps")
    say('             wall s: median     min     max    GB/s  events/s  user+sys s    GB/s  peak MB'
        '  sha256sum: wall  user+sys')
    for name in rows:
        wall, cpu = median(name, 0), median(name, 1)
        walls = [figures[0] for figures in rows[name]]
        events, peak = '-', '-'
        if name != 'sha256sum':
            events = f"{summary['events'] / wall:,.0f}"
            peak = f'{max(figures[2] for figures in rows[name]) / 1e6:.0f}'
        say(f'  {name:10}          {wall:8.3f}{min(walls):8.3f}{max(walls):8.3f}'
            f'{size / wall / 1e9:8.3f}{events:>10}{cpu:12.3f}'
            f'{size / cpu / 1e9:8.3f}{peak:>9}'
            f"{median('sha256sum', 0) / wall:17.2f}{median('sha256sum', 1) / cpu:10.2f}")
    say(f"  two threads: {median('1 thread', 0) / median('2 threads', 0):.2f} times one, of "
        f'medians of wall time')


def scaling(paths, hunter, folder, rounds):
    """What two threads are worth when there is more than one file."""
    together = folder / 'together'
    shutil.rmtree(together, ignore_errors=True)
    together.mkdir()
    for path in paths:
        (together / path.name).hardlink_to(path)
    sums = {count: ['xargs', '-a', folder / 'together.txt', '-n1', f'-P{count}', 'sha256sum']
            for count in (1, 2)}
    (folder / 'together.txt').write_text('\n'.join(str(path) for path in paths) + '\n')
    hunts = {1: [], 2: []}
    others = {1: [], 2: []}
    cases = set()
    for _ in range(rounds):
        for threads, runs in hunts.items():
            wall, cpu, peak, code, _ = timed(hunter.command(together, threads))
            if code not in (0, 3):
                sys.exit(f'{together}: the hunt ended with {code}')
            cases.add(digest(hunter.case))
            runs.append((wall, cpu, peak))
            others[threads].append(timed(sums[threads])[0])
    if len(cases) != 1:
        sys.exit(f'{together}: not the same case with one and with two threads')
    one, two = (statistics.median(run[0] for run in hunts[threads]) for threads in (1, 2))
    sum_one, sum_two = (statistics.median(others[threads]) for threads in (1, 2))
    size = sum(path.stat().st_size for path in paths)
    say(f'\nall {len(paths)} files at once ({size:,} bytes): {one:.3f} s on one thread, '
        f'{two:.3f} s on two, peak {max(run[2] for run in hunts[2]) / 1e6:.0f} MB; two threads: '
        f'{one / two:.2f} times one\n  sha256sum of them: {sum_one:.3f} s, two at a time '
        f'{sum_two:.3f} s: {sum_one / sum_two:.2f} times one')


def web_literals(data):
    """Texts that the public rules for web servers look for, as far as they stand in lists."""
    found = set()
    for path in sorted(data.glob('sigma/rules*/**/*.yml')):
        text = path.read_text(encoding='utf-8')
        if 'category: webserver' not in text:
            continue
        detection = re.search(r'^detection:\n((?:[ ].*\n|\n)*)', text, re.M)
        found.update(re.findall(r"^ +- '([^'*\\]{4,})'$", detection.group(1), re.M))
    return sorted(found)


def against(tool, command, path, hunter, count):
    """One other program on the same file, in turns with the hunt; COUNT makes its result a word."""
    if not shutil.which(tool):
        say(f'left out: {tool} is not installed (tools/install_dependencies.sh bench)')
        return
    others, ours = [], []
    sha256 = digest(path)
    for _ in range(3):
        *figures, code, output = timed(command, keep_output=True)
        if code not in (0, 1):
            sys.exit(f'{" ".join(map(str, command))}: exit {code}')
        others.append(figures)
        ours.append(hunter.run(path, 1, sha256))
    cpu, our_cpu = (statistics.median(row[1] for row in rows) for rows in (others, ours))
    say(f'  {tool} on {path.name} ({path.stat().st_size:,} bytes): {cpu:.3f} s user+sys, '
        f'{count(output)}; hunt: {our_cpu:.3f} s, about {hunter.loading_s:.3f} s of it for loading '
        f"the rules, {hunter.first[path][1]['events']:,} events; ratio {cpu / our_cpu:.2f}")


def compare_with_others(folder, data, hunter, log, quick):
    say('\nOther programs, median of 3 (above 1: the hunt is faster)')
    samples = sorted((path.stat().st_size, path) for path in data.glob('evtx/**/*.evtx')
                     if path.stat().st_size < (200_000 if quick else 6_000_000))
    if samples:
        against('evtxexport', ['evtxexport', '-f', 'xml', samples[-1][1]], samples[-1][1], hunter,
                lambda output: f"{output.count(b'</Event>'):,} events as XML")
    else:
        say(f"left out: evtxexport, for there is no sample in {data / 'evtx'}")
    literals = web_literals(data)
    if literals:
        words = folder / 'literals.txt'
        words.write_text('\n'.join(literals) + '\n', encoding='utf-8')
        against('rg', ['rg', '-j1', '-icF', '-f', words, log], log, hunter,
                lambda output: f'{int(output or 0):,} lines with one of {len(literals)} literals')
    else:
        say('left out: rg, for there are no public rules')


def instructions(command):
    done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
                           *command], capture_output=True, text=True, check=False)
    counted = re.search(r'Collected : (\d+)', done.stderr)
    if done.returncode not in (0, 3) or not counted:
        sys.exit(f'valgrind ended with {done.returncode}:\n{done.stderr[-2000:]}')
    return int(counted.group(1))


def count_instructions(folder, data, hunter, nothing, write):
    if not shutil.which('valgrind'):
        sys.exit('valgrind is not installed: tools/install_dependencies.sh bench')
    if not hunter.rules:
        sys.exit(f'{BASELINE.name} was counted with the public rules: set PUGMARK_DATA')
    known = dict(line.split(maxsplit=1) for line in BASELINE.read_text().splitlines()
                 if not line.startswith('#')) if BASELINE.exists() else {}
    lines, differs = [], False
    loading = instructions(hunter.command(nothing, 1))
    for path in [nothing, *corpora(folder, data, 10)]:
        count = loading
        if path != nothing:
            count = instructions(hunter.command(path, 1)) - loading
        lines.append(f'{path.name} {digest(path)[:16]} {count}')
        sha256, before = known.get(path.name, '- 0').split()
        change = count / int(before) - 1 if sha256 == digest(path)[:16] else None
        differs = differs or change is None or abs(change) > TOLERANCE
        say(f'{path.name:20}{count:16,}  ' + ('no baseline for this corpus' if change is None
                                              else f'{change:+.1%} against {int(before):,}'))
    if write:
        BASELINE.write_text('# corpus, its SHA-256, instructions beyond those of nothing.log, '
                            'which is loading the rules\n' + '\n'.join(lines) + '\n')
    elif differs:
        sys.exit(f'More than {TOLERANCE:.0%} away from {BASELINE.name}. If the change is meant, or '
                 'compiler, libraries, rules or samples are others,\nwrite the new counts with '
                 '--instructions --write and commit them with the reason; else find the cause:\n'
                 'valgrind --tool=callgrind on the program before and after, callgrind_annotate.')


def print_loading(hunter, nothing, rounds):
    runs = [hunter.run(nothing, 1, digest(nothing)) for _ in range(rounds)]
    hunter.loading_s = statistics.median(row[1] for row in runs)
    rules = hunter.first[nothing][1]['rules']
    say(f"loading {sum(rules.values()):,} rules ({rules['rejected']} rejected), by a hunt in a log "
        f'without lines: {statistics.median(row[0] for row in runs):.3f} s wall, '
        f'{hunter.loading_s:.3f} s user+sys')


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('program', type=pathlib.Path)
    parser.add_argument('--size-mb', type=int, default=1000)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--corpora', type=pathlib.Path, default='build/bench-corpora')
    for switch in ('--quick', '--instructions', '--write'):
        parser.add_argument(switch, action='store_true')
    args = parser.parse_args()
    data = pathlib.Path(os.environ.get('PUGMARK_DATA', HERE.parent.parent / 'shared/data'))
    hunter = Hunter(args.program.resolve(), args.corpora, public_rules(data))
    args.corpora.mkdir(parents=True, exist_ok=True)
    nothing = args.corpora / 'nothing.log'
    make_iis_log(nothing, 0)
    if args.instructions:
        count_instructions(args.corpora, data, hunter, nothing, args.write)
        return
    size_mb, rounds = (1, 1) if args.quick else (args.size_mb, args.rounds)
    say(f'load average at the beginning: {os.getloadavg()}, {os.cpu_count()} cores')
    print_loading(hunter, nothing, rounds)
    paths = []
    for path in corpora(args.corpora, data, size_mb):
        paths.append(path)
        print_rows(path, rows_of(path, hunter, rounds), hunter.first[path][1])
    scaling(paths, hunter, args.corpora, rounds)
    compare_with_others(args.corpora, data, hunter, args.corpora / f'iis{size_mb}.log', args.quick)
    say(f'\nload average at the end: {os.getloadavg()}')


if __name__ == "__main__":
    main()
