"""Chi-square tests on counts of outcomes."""

import numpy
from scipy import stats

# Cells with fewer expected counts are pooled: the chi-square law holds for large ones.
LEAST = 10.0


def against_probabilities(counts, probabilities):
    """p-value of counts under exact probabilities; 0 where something impossible was seen."""
    shots = sum(counts.values())
    impossible = sum(n for outcome, n in counts.items() if probabilities.get(outcome, 0.0) < 1e-12)
    if impossible:
        return 0.0
    observed, expected, rest_observed, rest_expected = [], [], 0.0, 0.0
    for outcome, probability in sorted(probabilities.items()):
        if probability * shots >= LEAST:
            observed.append(counts.get(outcome, 0))
            expected.append(probability * shots)
        else:
            rest_observed += counts.get(outcome, 0)
            rest_expected += probability * shots
    if rest_expected >= LEAST:
        observed.append(rest_observed)
        expected.append(rest_expected)
    elif rest_observed > stats.poisson.ppf(1 - 1e-6, rest_expected):
        return 0.0
    if len(observed) < 2:
        return 1.0
    observed, expected = numpy.array(observed), numpy.array(expected)
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(observed) - 1))


def homogeneity(first, second):
    """p-value of two samples of counts under the hypothesis that they come from one distribution."""
    a, b = sum(first.values()), sum(second.values())
    share = min(a, b) / (a + b)
    table, rest = [], numpy.zeros(2)
    for outcome in sorted(set(first) | set(second)):
        row = numpy.array([first.get(outcome, 0), second.get(outcome, 0)], dtype=float)
        if row.sum() * share >= LEAST:
            table.append(row)
        else:
            rest += row
    if rest.sum() * share >= LEAST:
        table.append(rest)
    elif table:
        table[-1] = table[-1] + rest
    if len(table) < 2:
        return 1.0
    return float(stats.chi2_contingency(numpy.array(table), correction=False).pvalue)
