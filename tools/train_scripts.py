#!/usr/bin/env python3
"""Says how good a model trained on scripts in numbers is on families it never saw.

    train_scripts.py --features build/bench/bench/script_features LIST

Needs python3-numpy and python3-sklearn (Debian 12). The model has two parts for each kind of page:
a logistic regression over runs of tokens, and boosted trees over all features and its sum. Every
figure printed is out of fold: families are in one fold, benign applications as a whole. Thresholds
are chosen from those scores of benign files alone. No model is written: the program has none yet.
"""
import argparse
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
# Of benign files, out of fold, so many may pass the thresholds.
MALICIOUS_RATE = 0.0005
SUSPICIOUS_RATE = 0.003


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


def report(page, scripts, scores, thresholds):
    bad = numpy.array([script.is_bad for script in scripts])
    malicious = [script for script in scripts if script.is_bad]
    print(f"{page}: {bad.sum()} bad in {len({s.family for s in malicious})} families, "
          f"{(~bad).sum()} benign in {len({s.application for s in scripts if not s.is_bad})} "
          "applications")
    for name, threshold in zip(("malicious", "suspicious"), thresholds):
        hits = scores >= threshold
        print(f"  {name}: found {corpus.rate_text(int((hits & bad).sum()), int(bad.sum()))}, "
              f"mean over families {100 * corpus.family_mean(malicious, hits[bad]):.1f} %; "
              f"false {corpus.rate_text(int((hits & ~bad).sum()), int((~bad).sum()))}")
        worst = {}
        for script, hit in zip(scripts, hits):
            if not script.is_bad:
                counts = worst.setdefault(script.application, [0, 0])
                counts[0] += int(hit)
                counts[1] += 1
        worst = sorted(worst.items(), key=lambda entry: -entry[1][0] / entry[1][1])[:3]
        print("    worst applications: " +
              ", ".join(f"{name} {hit} of {total}" for name, (hit, total) in worst if hit))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list")
    parser.add_argument("--features", required=True, help="the program script_features")
    parser.add_argument("--pages", default=",".join(TRAINED))
    arguments = parser.parse_args()
    scripts = corpus.find_features(arguments.features, corpus.read_list(arguments.list))
    print(f"list {corpus.list_digest(arguments.list)}")
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
        benign = scores[~trainer.bad]
        thresholds = [float(numpy.quantile(benign, 1 - rate))
                      for rate in (MALICIOUS_RATE, SUSPICIOUS_RATE)]
        report(page, of_page, scores, thresholds)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
