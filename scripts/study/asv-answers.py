"""Writes docs/research/study/asv-series.json: series that asv publishes or tests with, and asv's own steps in them; to see
where differences come from, also its steps without autocorrelated noise, and in the logarithms.

    git clone https://github.com/airspeed-velocity/asv && git -C asv checkout 7032df701a969fa61f4c819ce9f71fb2e66f5a62
    python3 scripts/study/asv-answers.py asv        (needs numpy; asv itself is not installed)
"""

import json
import math
import pathlib
import re
import sys
import types

import numpy as np

asv = pathlib.Path(sys.argv[1])
source = (asv / "asv/step_detect.py").read_text().replace("from . import _rangemedian", "raise ImportError")
uncorrelated = re.sub(r"rho_best = golden_search\(.*?\n        \)", "rho_best = 0.0", source, flags=re.S)
assert uncorrelated != source


def loaded(code):
    module = types.ModuleType("step_detect")
    exec(code, module.__dict__)
    return lambda values: [start for start, *_ in module.detect_steps(values)][1:]


asv_steps, uncorrelated_steps = loaded(source), loaded(uncorrelated)


def published():
    """The results of one machine in asv's example_results, a series for each benchmark."""
    results = []
    for path in (asv / "test/example_results/cheetah").glob("*-py2.7-Cython-numpy1.8.json"):
        try:
            document = json.loads(path.read_text())
        except json.JSONDecodeError:  # one is broken on purpose
            continue
        if "commit_hash" in document:
            results.append((document["date"], document["commit_hash"], document["results"]))
    results.sort(key=lambda result: result[:2])
    names = sorted({name for *_, values in results for name, value in values.items() if isinstance(value, (int, float))})
    for name in names:
        points = [(commit[:8], values[name]) for _, commit, values in results if isinstance(values.get(name), (int, float))]
        if len(points) >= 6:
            yield name, "published", [value for _, value in points], {"commits": [commit for commit, _ in points]}


def tested():
    """The series of test/test_step_detect.py and benchmarks/step_detect.py, with the seeds used there."""
    np.random.seed(1234)
    t = np.arange(100)
    five = 0.4 * (t >= 5) + 0.9 * (t >= 10) - 0.2 * (t >= 20) + 0.2 * (t >= 50) + 1.1 * (t >= 70)
    hundred = five + 0.05 * np.random.rand(100)
    yield "five steps in 100", "logarithms", hundred, {"true": [5, 10, 20, 50, 70]}
    outlier = hundred.copy()
    outlier[15] = 2
    yield "five steps, one outlier", "logarithms", outlier, {"true": [5, 10, 20, 50, 70]}
    t = np.arange(3000)
    six = 0.4 * (t >= 10) + 0.9 * (t >= 30) - 0.2 * (t >= 200) + 0.2 * (t >= 600) + 1.1 * (t >= 2500) - 0.5 * (t >= 2990)
    true = {"true": [10, 30, 200, 600, 2500, 2990]}
    yield "six steps in 3000", "logarithms", six + 0.05 * np.random.randn(3000), true
    yield "six steps under noise of 5", "logarithms", six + 5.0 * np.random.randn(3000), true
    j = np.arange(1000)
    yield "cosine and a step", "logarithms", 0.2 * np.cos(j / 100.0) + 1.0 * (j >= 500), {"true": [500]}
    yield "constant", "logarithms", np.ones(1000), {"true": []}
    np.random.seed(1234)
    t = np.arange(4000)
    y = 0.7 * np.random.rand(4000) - 0.3 * (t >= 1000) + 2.0 * (t >= 3238) + 2.0 * ((t >= 3279) & (t < 3700))
    y -= 2.7 * ((t >= 3350) & (t < 3527))
    yield "six steps under wide noise", "logarithms", y, {"true": [1000, 3238, 3279, 3350, 3527, 3700]}
    every = [level for block in range(1, 51) for level in [block * 50 - 30, block * 50]]
    yield "twenty and thirty in turn", "values", np.array(([1] * 20 + [2] * 30) * 50), {"true": every[:-1]}
    few = [3.1] * 50
    few[0], few[33], few[42] = 2.9, 3.2, 2.9
    yield "three points apart", "values", np.array(few), {"true": []}


def entry(name, scale, values, more):
    values = [float(f"{value:.5g}") for value in values]
    answers = {"asv": asv_steps(values)}
    if len(values) <= 1000:
        answers["withoutCorrelation"] = uncorrelated_steps(values)
    if scale == "published":
        answers["ofLogarithms"] = asv_steps([math.log(value) for value in values])
    return {"name": name, "scale": scale, **more, **answers, "values": values}


series = [entry(*one) for one in [*published(), *tested()]]
target = pathlib.Path(__file__).parent / "../../docs/research/study/asv-series.json"
lines = ",\n".join(json.dumps(one) for one in series)
target.resolve().write_text(f"[\n{lines}\n]\n")
