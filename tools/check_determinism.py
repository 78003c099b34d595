#!/usr/bin/env python3
"""Hunts the same evidence in several ways and requires the same bytes.

  check_determinism.py PROGRAM [MORE_EVIDENCE]

One, two and eight threads, and the arguments in another order, must give identical case files. A
zip of the folder must give the same findings but for the names of items.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 3):
        sys.exit(f'{" ".join(map(str, command))}: exit {done.returncode}\n{done.stderr}')
    return done.stdout


def hunt(program, folder, name, evidence, *options):
    run([program, 'hunt', *evidence, '-o', name, '--quiet', *options], folder)
    return pathlib.Path(folder, name)


def findings(program, folder, case):
    return run([program, 'show', case, 'findings', '--jsonl'], folder)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        evidence = pathlib.Path(folder, 'evidence')
        run([sys.executable, '-B', ROOT / 'tools/make_example_evidence.py', evidence], folder)
        parts = sorted(path.relative_to(folder) for path in evidence.iterdir())
        if len(sys.argv) == 3:
            parts.append(pathlib.Path(os.path.abspath(sys.argv[2])))
        first = hunt(program, folder, 'one.case', parts, '--threads', '1')
        ways = {'two threads': (parts, '2'), 'eight threads': (parts, '8'),
                'another order of arguments': (parts[::-1], '2')}
        for words, (order, threads) in ways.items():
            other = hunt(program, folder, f'{words.replace(" ", "-")}.case', order,
                         '--threads', threads)
            if other.read_bytes() != first.read_bytes():
                sys.exit(f'{words}: the case differs from that of one thread')
        with zipfile.ZipFile(pathlib.Path(folder, 'evidence.zip'), 'w') as archive:
            for path in sorted(evidence.rglob('*')):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
        plain = findings(program, folder, hunt(program, folder, 'plain.case', ['evidence']))
        packed = findings(program, folder, hunt(program, folder, 'zip.case', ['evidence.zip']))
        if not plain.strip():
            sys.exit('nothing was found: the comparison proves nothing')
        if packed.replace('evidence.zip!/', '') != plain:
            sys.exit('the zipped folder gives other findings than the folder')
    print(f'{len(plain.splitlines())} findings: the same in every way')


main()
