#!/usr/bin/env python3
"""Trains the model of scripts (docs/formats/script-model.md), and says how good it is on families
it never saw.

    train_scripts.py --features build/bench/bench/script_features [--files FILES] [-o MODEL] LIST

Needs python3-numpy and python3-sklearn (Debian 12). The model has two parts for each kind of page:
a logistic regression over runs of tokens, and boosted trees over all features and its sum. Every
figure printed is out of fold: families are in one fold, benign applications as a whole. Thresholds
are chosen from those scores of benign files alone. FILES is what `pugmark show CASE files --jsonl`
prints of a hunt through the same files with YARA rules: figures of both together are printed then.
With --collections the largest collections of malicious files are left out, one at a time, with
thresholds from the others. The model written is trained on all files.
"""
import argparse
import json
import os
import sys

import numpy
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import SGDClassifier

import script_corpus as corpus

FOLDS = 5
INNER_FOLDS = 4
BENIGN_OF_APPLICATION_MAX = 1500  # one large application must not be all there is
TRAINED = ["php", "asp", "aspx", "jsp"]
# Of benign files, out of fold, so many may pass the thresholds: malicious, for each kind of page,
# such that YARA's rules and the model together stay within the goals of docs/adr/0026.
MALICIOUS_RATE = {"php": 0.0009, "asp": 0.0015, "aspx": 0.0007, "jsp": 0.0004}
SUSPICIOUS_RATE = 0.003
AGREEING_RATE = 0.005
# Below this a rule about web shells alone makes a file suspicious only.
AGAINST_RATE = {"php": 0.01, "asp": 0.05, "aspx": 0.05, "jsp": 0.05}
# Rules of signature-base that are wrong too often by themselves (src/detect/yara/metadata.cc).
NOISY_RULES = {"WEBSHELL_ASP_" + name for name in ("OBFUSC", "Generic_Tiny", "Generic", "Encoded",
                                                   "Writer", "SQL")}
COLLECTION_MIN = 60
# Of the strongest flow: from here on it counts by itself; SinkKind::kEvaluate.
STRONG = 80
EVALUATED = 1


def weights_of(scripts, numbers):
    """Families count by the root of their size, and the two classes alike."""
    sizes = {}
    for number in numbers:
        sizes[scripts[number].family] = sizes.get(scripts[number].family, 0) + 1
    weights = numpy.array([sizes[scripts[number].family] ** -0.5 for number in numbers])
    bad = numpy.array([scripts[number].is_bad for number in numbers])
    for flag in (True, False):
        weights[bad == flag] *= 0.5 * len(numbers) / weights[bad == flag].sum()
    return weights


class Trainer:
    def __init__(self, scripts):
        self.scripts = scripts
        self.bad = numpy.array([script.is_bad for script in scripts])
        self.features = numpy.stack([script.features for script in scripts])
        starts = numpy.cumsum([0] + [len(script.buckets) for script in scripts])
        buckets = numpy.concatenate([script.buckets for script in scripts]).astype(numpy.int32)
        self.runs = csr_matrix((numpy.ones(len(buckets), numpy.float32), buckets, starts),
                               shape=(len(scripts), corpus.BUCKETS))

    def fit_runs(self, numbers):
        model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=20, tol=None, average=True,
                              random_state=1)
        model.fit(self.runs[numbers], self.bad[numbers],
                  sample_weight=weights_of(self.scripts, numbers))
        return quantised(model)

    def runs_sum(self, model, numbers):
        weights, scale, bias = model
        return bias + scale * (self.runs[numbers] @ weights.astype(numpy.float32))

    def fit(self, numbers):
        """Trees learn from sums that the regression gave to what it had not seen."""
        inner = corpus.folds_of([self.scripts[number] for number in numbers], INNER_FOLDS, seed=2)
        sums = numpy.zeros(len(numbers))
        for fold in range(INNER_FOLDS):
            model = self.fit_runs(numbers[inner != fold])
            sums[inner == fold] = self.runs_sum(model, numbers[inner == fold])
        trees = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.07, max_leaf_nodes=20,
                                               min_samples_leaf=20, l2_regularization=2.0,
                                               early_stopping=False, random_state=1)
        trees.fit(numpy.column_stack([self.features[numbers], sums]), self.bad[numbers],
                  sample_weight=weights_of(self.scripts, numbers))
        return self.fit_runs(numbers), trees

    def scores(self, model, numbers):
        runs, trees = model
        sums = self.runs_sum(runs, numbers)
        return trees.decision_function(numpy.column_stack([self.features[numbers], sums]))

    def scores_out_of_fold(self):
        folds = corpus.folds_of(self.scripts, FOLDS)
        scores = numpy.zeros(len(self.scripts))
        for fold in range(FOLDS):
            model = self.fit(numpy.flatnonzero(folds != fold))
            numbers = numpy.flatnonzero(folds == fold)
            scores[numbers] = self.scores(model, numbers)
        return scores


def quantised(model):
    """Weights as small as a model can carry them: whole numbers from -47 to 46, and a scale."""
    weights = model.coef_[0]
    scale = max(float(numpy.quantile(numpy.abs(weights[weights != 0]), 0.999)) / 46, 1e-9)
    return numpy.clip(numpy.round(weights / scale), -47, 46), scale, float(model.intercept_[0])


def thresholds_of(page, benign_scores):
    """malicious, suspicious, agreeing, against"""
    return [float(numpy.quantile(benign_scores, 1 - rate, method="higher"))
            for rate in (MALICIOUS_RATE[page], SUSPICIOUS_RATE, AGREEING_RATE,
                         AGAINST_RATE[page])]


def write_page(page, model, thresholds, out):
    (weights, scale, bias), trees = model
    out.append(f"page {page}")
    out.append("thresholds " + " ".join(f"{1 / (1 + numpy.exp(-value)):.9g}"
                                        for value in thresholds))
    out.append(f"grams {scale:.9g} {bias:.9g}")
    text = "".join(chr(ord("P") + int(weight)) for weight in weights)
    for at in range(0, len(text), 4096):
        out.append(f"weights {text[at:at + 4096]}")
    out.append(f"bias {float(trees._baseline_prediction.ravel()[0]):.9g}")
    for predictors in trees._predictors:
        out.append("tree")
        for node in predictors[0].nodes:
            if node["is_leaf"]:
                out.append(f"leaf {node['value']:.9g}")
            else:
                out.append(f"node {node['feature_idx']} {node['num_threshold']:.9g} "
                           f"{node['left']} {node['right']}")


def read_rules(path):
    """By real path: the ids of the rules of YARA that match."""
    rules = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            file = json.loads(line)
            ids = {rule for rule in file["rules"] if not rule.startswith("script-")}
            if ids:
                rules[os.path.realpath(file["path"])] = ids
    return rules


def with_rules(scripts, scores, thresholds, rules, names):
    """What is called malicious by the own analysis (src/detect/files/script_check.cc), by rules,
    and by both as the program puts them together."""
    malicious, _, agreeing, against = thresholds
    strengths = numpy.array([script.features[names.index("flow0.strength")] for script in scripts])
    sinks = numpy.array([script.features[names.index("flow0.sink")] for script in scripts])
    own = (scores >= malicious) | ((strengths >= STRONG) & (sinks == EVALUATED))
    ids = [rules.get(os.path.realpath(script.path), set()) for script in scripts]
    sure = numpy.array([bool(each - NOISY_RULES) for each in ids])
    noisy = numpy.array([bool(each & NOISY_RULES) for each in ids])
    return own, sure | noisy, own | (sure & (scores >= against)) | (noisy & (scores >= agreeing))


def print_rates(name, scripts, hits):
    bad = numpy.array([script.is_bad for script in scripts])
    malicious = [script for script in scripts if script.is_bad]
    print(f"  {name}: found {corpus.rate_text(int((hits & bad).sum()), int(bad.sum()))}, "
          f"mean over families {100 * corpus.family_mean(malicious, hits[bad]):.1f} %; "
          f"false {corpus.rate_text(int((hits & ~bad).sum()), int((~bad).sum()))}")
    counts = {}
    for script, hit in zip(scripts, hits):
        if not script.is_bad:
            count = counts.setdefault(script.application, [0, 0])
            count[0] += int(hit)
            count[1] += 1
    over = sorted((entry for entry in counts.items()
                   if entry[1][0] and entry[1][0] / entry[1][1] > 0.005),
                  key=lambda entry: -entry[1][0])
    print(f"    applications with more than 0.5 % false: {len(over)} of {len(counts)}: " +
          ", ".join(f"{name} {hit} of {total}" for name, (hit, total) in over[:6]))


def report(page, scripts, scores, thresholds, rules, names):
    bad = numpy.array([script.is_bad for script in scripts])
    print(f"{page}: {bad.sum()} bad in {len({s.family for s in scripts if s.is_bad})} families, "
          f"{(~bad).sum()} benign in {len({s.application for s in scripts if not s.is_bad})} "
          "applications")
    print_rates("suspicious, model", scripts, scores >= thresholds[1])
    own, of_rules, both = with_rules(scripts, scores, thresholds, rules, names)
    print_rates("malicious, own", scripts, own)
    if rules:
        print_rates("rules of YARA", scripts, of_rules)
        print_rates("malicious, both", scripts, both)


def report_collections(page, trainer, rules, names):
    """Each large collection by models that never saw it, nor anything like it."""
    collections = {}
    for number, script in enumerate(trainer.scripts):
        if script.is_bad:
            collections.setdefault(script.collection, []).append(number)
    for collection, numbers in sorted(collections.items(), key=lambda entry: -len(entry[1])):
        if len(numbers) < COLLECTION_MIN:
            continue
        families = {trainer.scripts[number].family for number in numbers}
        rest = numpy.array([number for number, script in enumerate(trainer.scripts)
                            if script.family not in families and script.collection != collection])
        left = numpy.array([number for number, script in enumerate(trainer.scripts)
                            if script.collection == collection])
        scores = trainer.scores(trainer.fit(rest), left)
        # The thresholds are those of a second round without it, out of fold.
        outer = Trainer([trainer.scripts[number] for number in rest])
        inner = outer.scores_out_of_fold()
        thresholds = thresholds_of(page, inner[~outer.bad])
        own, _, both = with_rules([trainer.scripts[number] for number in left], scores, thresholds,
                                  rules, names)
        print_rates(f"{collection} left out, own", [trainer.scripts[n] for n in left], own)
        if rules:
            print_rates(f"{collection} left out, both", [trainer.scripts[n] for n in left], both)
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list")
    parser.add_argument("--features", required=True, help="the program script_features")
    parser.add_argument("--files", help="what show CASE files --jsonl prints")
    parser.add_argument("-o", "--output", help="the model to write")
    parser.add_argument("--collections", action="store_true",
                        help="leave one collection out at a time")
    parser.add_argument("--pages", default=",".join(TRAINED))
    arguments = parser.parse_args()
    scripts = corpus.find_features(arguments.features, corpus.read_list(arguments.list))
    rules = read_rules(arguments.files) if arguments.files else {}
    names = corpus.feature_names(arguments.features)
    out = ["pugmark-script-model 1", f"features {corpus.features_digest(names)}",
           f"list {corpus.list_digest(arguments.list)}"]
    print(out[-1])
    for page in arguments.pages.split(","):
        of_page = []
        counts = {}
        for script in scripts:
            if script.page != page:
                continue
            if not script.is_bad:
                counts[script.application] = counts.get(script.application, 0) + 1
                if counts[script.application] > BENIGN_OF_APPLICATION_MAX:
                    continue
            of_page.append(script)
        if not of_page:
            print(f"{page}: nothing to learn from", file=sys.stderr)
            continue
        corpus.find_families(of_page)
        trainer = Trainer(of_page)
        scores = trainer.scores_out_of_fold()
        thresholds = thresholds_of(page, scores[~trainer.bad])
        report(page, of_page, scores, thresholds, rules, names)
        sys.stdout.flush()
        if arguments.collections:
            report_collections(page, trainer, rules, names)
        if arguments.output:
            out.append(f"trained {page} on {int(trainer.bad.sum())} bad and "
                       f"{int((~trainer.bad).sum())} benign files")
            write_page(page, trainer.fit(numpy.arange(len(of_page))), thresholds, out)
    if arguments.output:
        with open(arguments.output, "w", encoding="ascii") as file:
            file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
