"""Docs/benchmarks/success.md: the success probability that the compiler predicts against what the emulator shows."""

import argparse
import json
import math
import re
from pathlib import Path

from common import BINARY, ROOT, circuits, machine, page, run, table, version

SHOTS = 2000
SEED = 11
# Wider programs are looked at only if they are Clifford: their distributions are flat on few outcomes, or too wide to see.
WIDEST = 22
MOST_OUTCOMES = 64
# With less contrast the ideal distribution cannot be told from noise with so many shots.
LEAST_CONTRAST = 0.005


def measured_bits(circuit):
    """Qubit behind each classical bit, for programs that measure once, at the end."""
    return {
        circuit.find_bit(i.clbits[0]).index: circuit.find_bit(i.qubits[0]).index
        for i in circuit.data
        if i.operation.name == "measure"
    }


def ideal(circuit):
    """The ideal distribution over classical bits, as a function from an outcome (an integer, bit k of it being bit k) to a
    probability, and the sum of its squares; or the reason why there is none."""
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    bits = measured_bits(circuit)
    if not bits:
        return "it measures nothing"
    if circuit.num_qubits <= WIDEST:
        bare = circuit.remove_final_measurements(inplace=False)
        bare.save_probabilities(sorted(set(bits.values())))
        simulator = AerSimulator(method="statevector")
        found = simulator.run(transpile(bare, simulator, optimization_level=0)).result().data()["probabilities"]
        place = {q: k for k, q in enumerate(sorted(set(bits.values())))}

        def probability(outcome):
            index = 0
            for bit, qubit in bits.items():
                if outcome >> bit & 1:
                    index |= 1 << place[qubit]
            return float(found[index])

        return probability, float((found**2).sum())
    if not is_clifford(circuit):
        return f"{circuit.num_qubits} qubits and not Clifford: no ideal distribution to compare with"
    simulator = AerSimulator(method="stabilizer", seed_simulator=1)
    counts = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=4000).result().get_counts()
    support = {int(o.replace(" ", ""), 2) for o in counts}
    if len(support) > MOST_OUTCOMES:
        return "Clifford with more outcomes than shots can tell apart"
    # The outcomes of a stabilizer state are all equally likely.
    return (lambda outcome: 1 / len(support) if outcome in support else 0.0), 1 / len(support)


def is_clifford(circuit):
    known = {"h", "x", "y", "z", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "id", "measure", "barrier"}
    return all(i.operation.name in known for i in circuit.data)


def outcome(text, registers, starts):
    """An outcome in Kelvin's spelling as an integer over all classical bits."""
    value = 0
    for part, register in zip(text.split(), registers):
        value |= int(part, 2) << starts[register]
    return value


def observed(path, device, limit):
    """What one program shows: prediction, estimate of success with its standard error, and how it was run; or the reason why
    there is none."""
    from peers.command import load

    output, errors, status, wall, _ = run(
        BINARY, "run", path, "--device", device, "--shots", SHOTS, "--seed", SEED, "--mitigation", "none", "--format", "json",
        "--no-timing", "--time-limit", limit, timeout=3 * limit)  # fmt: skip
    if status is None:
        return f"ran longer than {3 * limit:g} s"
    if status != 0:
        lines = [line for line in errors.splitlines() if "error" in line]
        return re.sub(r"^.*?error[^:]*: ", "", lines[0] if lines else f"status {status}")
    document = json.loads(output)
    program, sample = document["programs"][0], document["results"][0]["samples"][0]
    circuit = load(path.read_text())
    known = ideal(circuit)
    if isinstance(known, str):
        return known
    probability, squares = known
    width = len(measured_bits(circuit))
    uniform = 2.0**-width
    contrast = squares - uniform
    if contrast < LEAST_CONTRAST:
        return f"its ideal distribution is too flat (Σp² − 1/D = {contrast:.1e})"
    starts = {r.name: circuit.find_bit(r[0]).index for r in circuit.cregs}
    registers = [r["name"] for r in sample["registers"]]
    values = [(probability(outcome(text, registers, starts)), count) for text, count in sample["counts"].items()]
    mean = sum(p * n for p, n in values) / SHOTS
    variance = sum((p - mean) ** 2 * n for p, n in values) / SHOTS
    return {
        "predicted": program["successProbability"], "shown": round((mean - uniform) / contrast, 6) + 0.0,
        # At least one shot: where no outcome was right, none says how rare they are.
        "error": max(math.sqrt(variance / SHOTS) / contrast, 1 / SHOTS), "method": program["method"], "gates": program["twoQubitGates"],
        "wall": wall}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuits", default=str(ROOT.parent / "shared" / "circuits"))
    parser.add_argument("--device", default="heron-133")
    parser.add_argument("--limit", type=float, default=120, help="seconds a program")
    arguments = parser.parse_args()
    files = circuits(arguments.circuits)
    if not files:
        print(f"success: no programs in {arguments.circuits}; skipped")
        return
    shown, left = [], []
    for path in files:
        result = observed(Path(path), arguments.device, arguments.limit)
        print(f"{path.stem:24s} {result}", flush=True)
        (left if isinstance(result, str) else shown).append((path.stem, result))
    write(shown, left, arguments)


def write(shown, left, arguments):
    from scipy import stats

    predicted = [r["predicted"] for _, r in shown]
    seen = [r["shown"] for _, r in shown]
    text = f"""# Predicted and emulated success

Before a program runs, the compiler predicts how likely one shot goes through without a single error (the product of gate,
readout and idle fidelities). This page compares it with what the emulator of `{arguments.device}` then shows, {SHOTS} shots
each, nothing mitigated. {version()}. {machine()}

**What is compared.** Whether an error happened cannot be read from counts. Shown is the normalised linear cross-entropy
ŝ = (Σₓ f(x)·p(x) − 1/D) / (Σₓ p(x)² − 1/D): f the frequencies of the outcomes, p the ideal probabilities, D the number of
possible outcomes. If a shot is ideal with probability s and otherwise uniformly random, ŝ estimates s. Where the ideal outcome
is one string it is the frequency of that string. Errors that do not change the outcome count as successes, so that ŝ is expected
above the prediction, most of all for programs that end in few, classical outcomes; wrong outcomes that crowd where p is large
or small move it either way. The ideal probabilities are Aer's. Error bars are one standard error of so many independent shots;
where the emulator samples fewer noise realisations several times each (it says so), the true ones are wider.

"""
    if len(shown) > 2:
        rank = stats.spearmanr(predicted, seen).statistic
        differences = [b - a for a, b in zip(predicted, seen)]
        ratios = [math.log(b / a) for (_, r), a, b in zip(shown, predicted, seen) if b > 2 * r["error"] and a > 0]
        text += (
            f"**{len(shown)} programs: rank correlation (Spearman) {rank:.3f}; bias, shown minus predicted, "
            f"{sum(differences) / len(differences):+.3f} in the mean")
        if ratios:
            text += (
                f"; shown over predicted {math.exp(sum(ratios) / len(ratios)):.2f} in the geometric mean of the {len(ratios)} "
                "programs whose ŝ is above two standard errors")
        text += ".**\n\n"
    rows = [
        [n, r["gates"], f"{r['predicted']:.3g}", f"{r['shown']:.4f} ± {r['error']:.4f}", f"{r['shown'] - r['predicted']:+.4f}",
         r["method"], f"{r['wall']:.1f}"]
        for n, r in sorted(shown, key=lambda e: -e[1]["predicted"])
    ]  # fmt: skip
    text += table(["program", "two-qubit gates", "predicted", "shown, ŝ", "difference", "method", "s"], rows)
    text += "\n## Programs without a figure\n\n" + table(["program", "why"], left)
    text += "\nRegenerate with `Benchmarks/run success`.\n"
    page("success", text)


if __name__ == "__main__":
    main()
