#!/usr/bin/env python3
"""Hunts the regression events of the public Sigma rules and compares with a table of expected hits.

  check_regression.py TABLE DATA PROGRAM [EXPLAINED]

TABLE: tab-separated, one line a case: rule_id, evtx_path, expected_count and all_rule_hits
("id:count;id:count", every hit of every routable rule). DATA: the folder `sigma` with rules and
regression_data. EXPLAINED: differences in all_rule_hits that are right, one a line: the file's
rule_id, the rule that differs, the count found, and why in words. Exits 1 on any other difference,
77 if TABLE or DATA is not there.
"""
import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDERS = ('rules', 'rules-emerging-threats', 'rules-threat-hunting', 'rules-compliance')


def hunt(program, data):
    """Hits of each file: path below DATA -> rule id -> count."""
    with tempfile.TemporaryDirectory() as folder:
        case = os.path.join(folder, 'regression.case')
        command = [program, 'hunt', str(data / 'regression_data'), '--no-default-rules', '-o', case]
        for name in FOLDERS:
            command += ['-r', str(data / name)]
        command += ['--limit', 'findings-per-rule-and-computer=100000']
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            sys.exit(f'{" ".join(command)}: exit {done.returncode}\n{done.stderr}')
        shown = subprocess.run([program, 'show', case, 'findings', '--jsonl'],
                               capture_output=True, text=True, check=True)
    hits = collections.defaultdict(collections.Counter)
    for line in shown.stdout.splitlines():
        finding = json.loads(line)
        hits[os.path.relpath(finding['item'], data)][finding['rule_id']] += 1
    return hits


def read_explained(path):
    explained = {}
    if path is not None:
        for line in pathlib.Path(path).read_text(encoding='utf-8').splitlines():
            if line and not line.startswith('#'):
                case, rule, count, _ = line.split('\t')
                explained[case, rule] = int(count)
    return explained


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    table, data, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    if not table.is_file() or not (data / 'regression_data').is_dir():
        print(f'skipped, no data: {table} or {data / "regression_data"}')
        return 77
    explained = read_explained(sys.argv[4] if len(sys.argv) == 5 else None)
    hits = hunt(program, data)
    with open(table, encoding='utf-8', newline='') as file:
        cases = list(csv.DictReader(file, delimiter='\t'))
    faults = missed = absent = 0
    for case in cases:
        if not (data / case['evtx_path']).is_file():
            absent += 1
            continue
        found = hits[case['evtx_path']]
        if found[case['rule_id']] != int(case['expected_count']):
            missed += 1
            print(f'{case["evtx_path"]}: {case["rule_id"]}: {found[case["rule_id"]]} hits, '
                  f'expected {case["expected_count"]}')
        expected = collections.Counter()
        for entry in filter(None, case['all_rule_hits'].split(';')):
            rule, count = entry.rsplit(':', 1)
            expected[rule] = int(count)
        for rule in sorted(set(expected) | set(found)):
            right = explained.get((case['rule_id'], rule), expected[rule])
            if found[rule] != right:
                faults += 1
                print(f'{case["rule_id"]}\t{rule}\t{found[rule]}\texpected {right}')
    print(f'{len(cases) - absent} cases ({absent} files absent): {missed} expected rules wrong, '
          f'{faults} other differences, {len(explained)} explained')
    return 1 if missed or faults else 0


sys.exit(main())
