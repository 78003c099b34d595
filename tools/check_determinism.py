#!/usr/bin/env python3
"""Hunts the same evidence in several ways and requires the same bytes.

  check_determinism.py PROGRAM [logs | limits | files | MORE_EVIDENCE]

One, two and eight threads, and the arguments in another order, must give identical case files, and
so they must where a limit cuts something off, for logs as for files that are no logs: what it cuts
must not depend on who came first. A zip of the folder must give the same findings but for the names
of items. A word does one part of this alone: the logs of an example, limits, files that are no
logs; without one of them all is done, the logs with MORE_EVIDENCE.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKER = 'C:\\Windows\\System32\\inetsrv\\w3wp.exe'
# Small enough that the crowd below reaches each of them; `findings` needs several computers kept.
LIMITS = (('computers', 20), ('findings-per-rule-and-computer', 3), ('findings', 150),
          ('correlation-hits', 60), ('gaps-per-item', 7), ('shapes', 40), ('field-names', 60),
          ('shape-fields', 700), ('items', 40), ('archive-entries', 9), ('coverage-days', 500),
          ('log-sources', 30))


def run(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 3):
        sys.exit(f'{" ".join(map(str, command))}: exit {done.returncode}\n{done.stderr}')
    return done.stdout


def hunt(program, folder, name, evidence, *options):
    run([program, 'hunt', *evidence, '-o', name, '--quiet', '--force', *options], folder)
    return pathlib.Path(folder, name)


def show(program, folder, case, what):
    return run([program, 'show', case, what, '--jsonl'], folder)


def require_same(program, folder, parts, options, words):
    """Hunts with one, two and eight threads and shuffled arguments. Returns the first case."""
    first = hunt(program, folder, 'one.case', parts, '--threads', '1', *options)
    shuffled = random.Random(len(parts)).sample(parts, len(parts))
    ways = (('two threads', parts, '2'), ('eight threads', parts, '8'),
            ('reversed arguments', parts[::-1], '2'), ('shuffled arguments', shuffled, '8'))
    for way, order, threads in ways:
        other = hunt(program, folder, 'other.case', order, '--threads', threads, *options)
        if other.read_bytes() != first.read_bytes():
            sys.exit(f'{words}, {way}: the case differs from that of one thread')
    return first


def crowd_event(rng, second):
    """A command started by a web server: every one is a finding, on one of 200 computers."""
    event = {'SourceName': 'Microsoft-Windows-Sysmon', 'EventID': 1,
             'Channel': 'Microsoft-Windows-Sysmon/Operational',
             'Hostname': f'mx{rng.randrange(200):03d}.example.org',
             '@timestamp': f'2021-03-{3 + second // 86_400:02d}T{second // 3600 % 24:02d}:'
                           f'{second // 60 % 60:02d}:{second % 60:02d}.000Z',
             'Image': rng.choice(('C:\\Windows\\System32\\cmd.exe',
                                  'C:\\Windows\\System32\\whoami.exe')),
             'CommandLine': f'cmd /c echo {second}', 'ParentImage': WORKER,
             'ParentCommandLine': 'w3wp.exe -ap "MSExchangeOWAAppPool"',
             'User': 'NT AUTHORITY\\SYSTEM'}
    if rng.random() < 0.3:
        event[f'Extra{rng.randrange(150)}'] = 'x'
    return json.dumps(event)


def make_crowd(folder):
    """More of everything than the limits above allow: computers, findings, kinds of event, damage,
    members of archives. Returns the names of files and archives."""
    rng = random.Random(11)
    names = []
    for number in range(12):
        lines = []
        for _ in range(250):
            lines.append(crowd_event(rng, rng.randrange(4 * 86_400)))
            if rng.random() < 0.1:
                lines.append('{"EventID": 1, broken ' + 'x' * rng.randrange(9))
        name = f'crowd-{number:02d}.json'
        pathlib.Path(folder, name).write_text('\n'.join(lines) + '\n', encoding='utf-8')
        names.append(name)
    for number in range(5):
        name = f'many-{number}.zip'
        with zipfile.ZipFile(pathlib.Path(folder, name), 'w') as archive:
            for member in range(15):
                archive.writestr(f'{member:02d}.json', crowd_event(rng, member) + '\n')
        names.append(name)
    return names


def check_limits(program, folder):
    """Each limit alone: reached, named, and the same bytes in every way. Then limits together."""
    names = make_crowd(folder)
    chosen = [[limit] for limit in LIMITS]
    value = dict(LIMITS)
    for pair in (('computers', 'findings'), ('log-sources', 'coverage-days')):
        chosen.append([(name, value[name]) for name in pair])
    chosen.append(list(LIMITS))
    for limits in chosen:
        words = ' '.join(f'{name}={value}' for name, value in limits)
        options = [word for name, value in limits for word in ('--limit', f'{name}={value}')]
        case = require_same(program, folder, names, options, words)
        said = show(program, folder, case, 'gaps') + show(program, folder, case, 'rules')
        said += show(program, folder, case, 'items')
        for name, _ in limits[:1]:
            if not is_said(name, said):
                sys.exit(f'{words}: nothing says that {name} was reached; the test proves nothing')


RULES = """
rule words : webshell { meta: score = 80 strings: $a = "inert_run(" condition: $a }
rule odd { strings: $a = "odd" $b = "line" condition: $a and #b > 3 }
rule noisy { meta: score = 10 strings: $a = /li[mn]e/ condition: $a }
rule small { condition: filesize < 100 and extension == ".php" }
"""


def make_web_root(folder):
    """Pages of all sizes, some of them planted, and a copy of them in an archive."""
    rng = random.Random(3)
    root = pathlib.Path(folder, 'www')
    for number in range(300):
        suffix = rng.choice(('php', 'aspx', 'css', 'txt', 'bin', 'exe'))
        lines = rng.choice((1, 5, 100, 2_000, 40_000 if number % 40 == 0 else 50))
        text = ''.join(f'line {at} of page {number}\n' for at in range(lines))
        for _ in range(rng.randrange(3)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(('inert_run(x)', 'odd', 'words')) + text[at:]
        content = text.encode('utf-16-le' if number % 17 == 0 else 'utf-8')
        path = root / f'{number % 7}' / f'page-{number:03d}.{suffix}'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((bytes(8) if suffix == 'bin' else b'') + content)
    with zipfile.ZipFile(pathlib.Path(folder, 'www.zip'), 'w') as archive:
        for path in sorted(root.rglob('*.php')):
            archive.write(path, path.relative_to(folder))
    pathlib.Path(folder, 'words.yar').write_text(RULES, encoding='utf-8')


def check_files(program, folder):
    """A web root: whole files, pieces of files, and all that limits leave out of them."""
    make_web_root(folder)
    parts = ['www', 'www.zip']
    rules = ['-y', 'words.yar']
    for options in ([], ['--limit', 'file-window-bytes=5000'],
                    ['--limit', 'file-window-bytes=5000', '--limit', 'file-steps=3', '--limit',
                     'comparisons-per-finding=2'],
                    ['--limit', 'findings-per-rule-and-computer=5', '--limit', 'findings=12']):
        case = require_same(program, folder, parts, rules + options, ' '.join(['files', *options]))
        files = [json.loads(line) for line in show(program, folder, case, 'files').splitlines()]
        verdicts = {file['verdict'] for file in files}
        if verdicts != {'malicious', 'suspicious', 'clean'}:
            sys.exit(f'files {options}: only {verdicts}: the comparison proves nothing')
        if 'file-steps=3' in options and not any(file['unlisted_steps'] for file in files):
            sys.exit('file-steps was not reached: the test proves nothing')


def is_said(limit, said):
    if limit == 'findings-per-rule-and-computer':
        return 'matches are kept in full, the rest are counted' in said
    if limit == 'gaps-per-item':
        return any(json.loads(line).get('gaps', 0) > 7 for line in said.splitlines())
    tables = ('shapes', 'field-names', 'shape-fields')
    words = 'field-names, shapes or shape-fields was' if limit in tables else limit + ' ('
    return f'limit {limit} ' in said or words in said


def check_logs(program, folder, more_evidence=None):
    """An example of a breached server, as a folder and as a zip of it."""
    evidence = pathlib.Path(folder, 'evidence')
    run([sys.executable, '-B', ROOT / 'tools/make_example_evidence.py', evidence], folder)
    parts = sorted(path.relative_to(folder) for path in evidence.iterdir())
    if more_evidence:
        parts.append(pathlib.Path(os.path.abspath(more_evidence)))
    require_same(program, folder, parts, [], 'no limit')
    with zipfile.ZipFile(pathlib.Path(folder, 'evidence.zip'), 'w') as archive:
        for path in sorted(evidence.rglob('*')):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    plain_case = hunt(program, folder, 'plain.case', ['evidence'])
    plain = show(program, folder, plain_case, 'findings')
    packed_case = hunt(program, folder, 'zip.case', ['evidence.zip'])
    packed = show(program, folder, packed_case, 'findings')
    if not plain.strip():
        sys.exit('nothing was found: the comparison proves nothing')
    if packed.replace('evidence.zip!/', '') != plain:
        sys.exit('the zipped folder gives other findings than the folder')
    print(f'{len(plain.splitlines())} findings: the same in every way')


PARTS = {'logs': check_logs, 'limits': check_limits, 'files': check_files}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    part = sys.argv[2] if len(sys.argv) == 3 else None
    with tempfile.TemporaryDirectory() as folder:
        if part in PARTS:
            PARTS[part](program, folder)
        else:
            check_logs(program, folder, part)
            check_limits(program, folder)
            check_files(program, folder)
    print('the same bytes in every way')


main()
