"""Compiles with Qiskit in a process of its own: a job a line on standard input, its figures a line on standard output.

Time is processor time of `transpile` alone: reading, the target and a first small program come before.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import common  # noqa: F401: finds the peers
from peers import device as devices
from scoring import score

warnings.filterwarnings("ignore")


def target(machine, keeps_dead):
    """A Qiskit target of a device file; dead couplers are left out unless asked for."""
    from qiskit.circuit import Delay, Measure, Parameter, Reset
    from qiskit.circuit.library import CZGate, IGate, RXGate, RZGate, RZZGate, SXGate, XGate
    from qiskit.transpiler import InstructionProperties, QubitProperties, Target

    angle = Parameter("angle")
    known = {"cz": CZGate(), "id": IGate(), "sx": SXGate(), "x": XGate(), "rz": RZGate(angle), "rx": RXGate(angle),
             "rzz": RZZGate(angle)}  # fmt: skip
    result = Target(
        num_qubits=machine.site_count, dt=machine.dt,
        qubit_properties=[QubitProperties(*machine.relaxation(s)) for s in range(machine.site_count)])  # fmt: skip
    alive = [s for s in range(machine.site_count) if machine.is_alive(s)]
    # Fractional gates have bounds that `transpile` does not keep: it gets the rest.
    for name in machine.native - {"rx", "rzz"}:
        properties = {}
        if name == "cz":
            for pair in machine.pairs:
                found = machine.figures.get((name, pair), machine.defaults.get(name))
                if found and (keeps_dead or machine.gate(name, pair)):
                    properties[pair] = InstructionProperties(error=found[0], duration=found[1])
        else:
            for s in alive:
                error, duration = machine.gate(name, (s,)) or (1.0, 0.0)
                properties[(s,)] = InstructionProperties(error=error, duration=duration)
        result.add_instruction(known[name], properties)
    readouts = {s: machine.sites[s]["readout"] for s in alive}
    result.add_instruction(
        Measure(),
        {(s,): InstructionProperties(error=(r["falseOne"] + r["falseZero"]) / 2, duration=r["duration"])
         for s, r in readouts.items()})  # fmt: skip
    result.add_instruction(Reset(), {(s,): InstructionProperties() for s in alive})
    result.add_instruction(Delay(Parameter("t")), {(s,): None for s in range(machine.site_count)})
    return result


def main():
    from qiskit import QuantumCircuit, qasm2, transpile

    machine = devices.shipped(sys.argv[1])
    targets = {False: target(machine, False), True: target(machine, True)}
    first = QuantumCircuit(3, 3)
    first.h(0)
    first.cx(0, 1)
    first.cx(1, 2)
    first.cx(0, 2)
    first.measure(range(3), range(3))
    for level in (2, 3):
        transpile(first, target=targets[False], optimization_level=level, seed_transpiler=1)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        answer = {}
        try:
            source = qasm2.loads(
                Path(job["path"]).read_text(), custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)  # fmt: skip
            wall, cpu = time.perf_counter(), time.process_time()
            compiled = transpile(
                source, target=targets[job["raw"]], optimization_level=job["level"], seed_transpiler=job["seed"],
                num_processes=1)  # fmt: skip
            answer = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
            answer.update(score(compiled, machine))
        except Exception as error:  # the page shows what went wrong, and goes on
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
