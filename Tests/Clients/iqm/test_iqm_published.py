"""The examples that come with iqm-client, as they are installed."""

import re
from pathlib import Path

import iqm.qiskit_iqm.examples
import published
import pytest

EXAMPLES = Path(iqm.qiskit_iqm.examples.__file__).parent


@pytest.mark.parametrize("name", ["bell_measure.py", "transpile_example.py"])
def test_examples(name, daemon):
    text = published.run(
        EXAMPLES / name, {"IQM_TOKEN": daemon.token}, "--url", daemon.url, "--qc", "garnet-20")
    counts = {outcome: int(count) for outcome, count in re.findall(r"'([01]+)': (\d+)", text.strip().splitlines()[-1])}
    # Five qubits in a GHZ state on an emulated Garnet.
    assert sum(counts.values()) == 1000
    assert counts["00000"] + counts["11111"] > 700 and min(counts["00000"], counts["11111"]) > 250
