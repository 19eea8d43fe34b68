"""PennyLane's own tests of devices, as they are published, on Kelvin through the Braket plugin."""

import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import pennylane.devices.tests
from fixtures import IDEAL

SUITE = Path(pennylane.devices.tests.__file__).parent
#: Gates one by one and templates are left out for their time: minutes each.
FILES = ("gradients_autograd", "measurements", "properties", "return_system", "tracker", "wires")


def outcomes(place, device, *options):
    """The names of the tests that passed, and of those that failed."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--tb=no", f"--junitxml={place}",
         *(str(SUITE / f"test_{name}.py") for name in FILES), f"--device={device}", "--shots=None", *options],
        cwd=place.parent, timeout=400, capture_output=True)
    passed, failed = set(), set()
    for case in xml.parse(place).iter("testcase"):
        if case.find("skipped") is None:
            wrong = case.find("failure") is not None or case.find("error") is not None
            (failed if wrong else passed).add(f"{case.get('classname').split('.')[-1]}.{case.get('name')}")
    return passed, failed


def test_pennylane_s_suite_passes_where_braket_s_own_simulator_does(credentials, tmp_path):
    theirs, not_theirs = outcomes(tmp_path / "theirs.xml", "braket.local.qubit")
    ours, not_ours = outcomes(
        tmp_path / "ours.xml", "braket.aws.qubit", "--device-kwargs", f"device_arn={IDEAL}")
    assert len(theirs) > 60
    # What fails there fails in the plugin: gates that it lists and cannot say, observables that it does not take.
    assert sorted(theirs - ours) == [] and not_ours <= not_theirs
