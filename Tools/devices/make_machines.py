#!/usr/bin/env python3
"""Makes the Kelvin device files of machines for which no calibration is published as a file: ions, atoms, photons.

    python3 Tools/devices/make_machines.py racetrack-32 > Sources/Drivers/Devices/racetrack-32.json
    python3 Tools/devices/make_machines.py ion-chain-20 > Sources/Drivers/Devices/ion-chain-20.json
    python3 Tools/devices/make_machines.py atoms-48     > Sources/Drivers/Devices/atoms-48.json
    python3 Tools/devices/make_machines.py photons-16   > Sources/Drivers/Devices/photons-16.json

Each figure is one of a paper, or of a published noise model (bloqade-circuit 0.15.4), or it is assumed; `source.figures`
says which. Needs Python 3.9 alone.
"""

import sys

from device_file import assumed, cited, head, text

RACETRACK = "Moses et al., Phys. Rev. X 13, 041052 (2023)"
AQT = "Pogorelov et al., PRX Quantum 2, 020343 (2021)"
BLUVSTEIN = "Bluvstein et al., Nature 604, 451 (2022)"
EVERED = "Evered et al., Nature 622, 268 (2023)"
BLOQADE = "bloqade-circuit 0.15.4 (Apache-2.0 with LLVM exception), qasm2/dialects/noise/model.py"
EWERT = "Ewert and van Loock, Phys. Rev. Lett. 113, 140403 (2014)"


def machine(identifier, name, vendor, modality, source, figures, **rest):
    order = ["siteCount", "coordinates", "gates", "connectivity", "geometry", "zones", "transport", "concurrency",
             "timing", "abilities", "calibration"]
    return {
        **head(2), "id": identifier, "name": name, "vendor": vendor, "modality": modality, "driver": "emulated",
        "source": {"text": source, "figures": figures}, **{key: rest[key] for key in order if key in rest},
    }


def timing(**changes):
    return {"dt": 0, "granularity": 1, "acquireAlignment": 1, "feedbackLatency": 0, "repetitionDelay": 0, **changes}


def racetrack():
    """A racetrack of 32 ions with four gate zones, after Quantinuum's H2."""
    count = 32
    length = 7e-4
    # Resting ions along the two straights of the track; the gate zones lie under the lower one.
    positions = [[length * (k % 16), 0 if k < 16 else 5e-4] for k in range(count)]
    places = [[length * (4 * k + 1.5), -2e-4] for k in range(4)]
    readout = {"falseOne": 0.001, "falseZero": 0.0022, "duration": 0.00012}
    site = {"t2": 4, "readout": readout, "reset": {"error": 0.0005, "duration": 1e-05}}
    return machine(
        "racetrack-32", "trapped-ion racetrack, 32 ions", "after Quantinuum H2", "trappedIon",
        f"{RACETRACK}: errors of one- and two-qubit gates and of state preparation and measurement of the 32-ion machine",
        [
            cited("calibration.gates.r.error", f"{RACETRACK}, abstract: average one-qubit infidelity 2.5(3)e-5"),
            cited("calibration.gates.rzz.error", f"{RACETRACK}, abstract: average two-qubit infidelity 1.84(5)e-3"),
            cited("calibration.sites.readout.falseOne", f"{RACETRACK}, abstract: state preparation and measurement 1.6(1)e-3 on average; the share of each outcome is assumed"),
            assumed("calibration.gates.rzz.leakage", "a small part of the gate's error, as for hyperfine qubits with Raman gates"),
            assumed("calibration.gates.rzz.paulis", "phase errors dominate a phase gate"),
            assumed("calibration.gates.duration", "of the order of Raman gates on ytterbium ions"),
            assumed("calibration.sites.t2", "seconds, as for clock states of ytterbium"),
            assumed("calibration.sites.reset", "optical pumping"),
            assumed("calibration.environment.heating", "of the order of surface traps at low temperature"),
            assumed("calibration.environment.transport", "of the order of shuttling with recooling"),
            assumed("calibration.environment.absence", "a leaked ion is as dark as |0⟩; half of them are repumped into |1⟩"),
            assumed("geometry.positions", "spacing of electrodes in the trap"),
            assumed("zones", "four gate zones in use"),
            assumed("transport", "split, move, merge and recool"),
            assumed("timing", "of the order of such machines"),
        ],
        siteCount=count,
        gates=[{"gate": "r"}, {"gate": "rz", "virtual": True}, {"gate": "rzz"}],
        connectivity="all",
        geometry={"positions": positions},
        zones=[
            {"name": "track", "purpose": "storage", "sites": list(range(count))},
            {"name": "gates", "purpose": "entangling", "places": places},
        ],
        transport={"overhead": 0.0009, "speed": 2, "cools": True},
        concurrency={"oneQubitGates": 8, "twoQubitGates": 4},
        timing=timing(feedbackLatency=0.0001, repetitionDelay=0.01),
        abilities={"midCircuitMeasurement": True, "feedForward": True, "reset": True, "maxShots": 10000},
        calibration={
            "timestamp": "2023-12-18T00:00:00Z",
            "sites": [{"site": k, **site} for k in range(count)],
            "gates": [
                {"gate": "r", "default": {"error": 2.5e-05, "duration": 5e-06}, "figures": []},
                {
                    "gate": "rzz",
                    "default": {"error": 0.00184, "duration": 2.5e-05, "paulis": {"IX": 1, "IZ": 4, "XI": 1, "ZI": 4, "ZZ": 10}, "leakage": 0.0002},
                    "figures": [],
                },
            ],
            "environment": {
                "transport": {"paulis": {"Z": 0.0002}, "quanta": 0.05},
                "heating": {"rate": 200, "errorPerQuantum": 0.002},
                "absence": {"leakedReadsOne": 0.5, "lostReadsOne": 0, "heralded": False},
            },
        },
    )


def ion_chain():
    """One chain of 20 ions in one trap, after AQT's machines: every pair directly, one gate after the other."""
    count = 20
    site = {
        "t1": 1.14, "t2": 0.1, "readout": {"falseOne": 0.002, "falseZero": 0.003, "duration": 0.0003},
        "reset": {"error": 0.005, "duration": 0.0001},
    }
    return machine(
        "ion-chain-20", "trapped-ion chain, 20 ions", "after AQT", "trappedIon",
        f"{AQT} describes a machine of this kind: calcium ions on the optical transition, individually addressed",
        [
            cited("calibration.sites.t1", "lifetime of D5/2 in calcium 40, 1.14 s"),
            cited("gates.rxx.angles", "AQT's interface takes rxx(θ) for 0 ≤ θ ≤ π/2 and r(θ, φ) for 0 ≤ θ ≤ π"),
            assumed("calibration.sites.t2", "magnetic noise and laser phase"),
            assumed("calibration.sites.readout", "fluorescence of calcium"),
            assumed("calibration.sites.reset", "optical pumping; the errors left by it"),
            assumed("calibration.gates.error", "of the order of published errors of such chains"),
            assumed("calibration.gates.duration", "of the order of addressed pulses on the optical transition"),
            assumed("calibration.gates.rxx.paulis", "errors along the axis of the gate dominate"),
            assumed("calibration.environment.heating", "of the order of macroscopic traps; the chain is cooled at the start of a shot"),
            assumed("timing", "of the order of such machines"),
            assumed("abilities", "a chain is read as a whole"),
        ],
        siteCount=count,
        gates=[{"gate": "r", "angles": [[0, 3.141592653589793], None]}, {"gate": "rxx", "angles": [[0, 1.5707963267948966]]}, {"gate": "rz", "virtual": True}],
        connectivity="all",
        concurrency={"oneQubitGates": 1, "twoQubitGates": 1},
        timing=timing(repetitionDelay=0.005),
        abilities={"midCircuitMeasurement": False, "feedForward": False, "reset": False, "maxShots": 2000, "maxInstructions": 2000},
        calibration={
            "timestamp": "2025-01-01T00:00:00Z",
            "sites": [{"site": k, **site} for k in range(count)],
            "gates": [
                {"gate": "r", "default": {"error": 0.0003, "duration": 1.5e-05}, "figures": []},
                {"gate": "rxx", "default": {"error": 0.01, "duration": 0.0002, "paulis": {"IX": 1, "IZ": 1, "XI": 1, "XX": 6, "ZI": 1}}, "figures": []},
            ],
            "environment": {"heating": {"rate": 10, "errorPerQuantum": 0.05}},
        },
    )


def atoms():
    """48 atoms in two storage rows and an entangling zone with eight places for pairs."""
    count = 48
    spacing = 6e-06
    positions = [[round(spacing * (k % 24), 9), 0 if k < 24 else spacing] for k in range(count)]
    places = [[round(2e-05 * (k + 0.5), 9), 4e-05] for k in range(8)]
    # Pauli probabilities of the noise model; an error p of one qubit is an average infidelity of 2p/3, of two of 4p/5.
    local = (4.102e-04 * 2 + 4.112e-04) * 2 / 3
    everywhere = 6.5e-05 * 3 * 2 / 3
    pair = {
        "IX": 2.27472300e-04, "IY": 2.27472300e-04, "IZ": 1.51277730e-03, "XI": 2.27472300e-04, "XX": 1.42864200e-04,
        "XY": 1.42864200e-04, "XZ": 1.43082900e-04, "YI": 2.27472300e-04, "YX": 1.42864200e-04, "YY": 1.42864200e-04,
        "YZ": 1.43082900e-04, "ZI": 1.51277730e-03, "ZX": 1.43082900e-04, "ZY": 1.43082900e-04, "ZZ": 1.42813990e-03,
    }
    loss = 0.0005
    error = 1 - (1 - sum(pair.values()) * 4 / 5) * (1 - loss) ** 2
    site = {"t1": 4, "t2": 1.49, "readout": {"falseOne": 0.003, "falseZero": 0.003, "duration": 0.0005}}
    return machine(
        "atoms-48", "neutral atoms with zones, 48 atoms", "after QuEra and Harvard", "neutralAtom",
        f"{BLOQADE}: Pauli errors of local and global rotations, of CZ pulses on pairs and on atoms alone, of moved atoms",
        [
            cited("calibration.gates.cz.paulis", "bloqade-circuit 0.15.4, cirq_utils/noise/model.py: correlated rates of a CZ"),
            cited("calibration.gates.cz.error", f"those rates and the loss; {EVERED} reports 0.995"),
            cited("calibration.gates.r.error", f"{BLOQADE}: local_px, local_py, local_pz; global: global_px, global_py, global_pz"),
            cited("calibration.gates.rz.error", f"{BLOQADE}: as a local rotation"),
            cited("calibration.environment.transport.paulis", f"{BLOQADE}: mover_px, mover_py, mover_pz"),
            cited("calibration.environment.unpaired", f"{BLOQADE}: cz_unpaired_gate_px, _py, _pz"),
            cited("calibration.sites.t2", f"{BLUVSTEIN}: 1.49 s with decoupling"),
            cited("calibration.sites.t1", f"{BLUVSTEIN}: about 4 s"),
            cited("transport.speed", f"{BLUVSTEIN}: entanglement kept at up to 0.55 µm/µs"),
            assumed("calibration.gates.cz.loss", "decay from the Rydberg state to other levels, and atoms not recaptured"),
            assumed("calibration.environment.transport.loss", "of the order of transfers between tweezers"),
            cited("calibration.environment.absence", "state-selective push-out before imaging: an empty trap reads as the state pushed out"),
            assumed("calibration.sites.readout", "of the order of fluorescence imaging"),
            assumed("calibration.gates.duration", "of the order of Raman and Rydberg pulses"),
            assumed("geometry", "rows of tweezers; blockade of a Rydberg state near n = 53 to 70"),
            assumed("zones", "eight places for pairs"),
            assumed("transport.overhead", "transfers between static and moving tweezers"),
            assumed("timing.repetitionDelay", "loading and rearrangement"),
            assumed("abilities", "imaging ends the shot"),
        ],
        siteCount=count,
        gates=[{"gate": "cz"}, {"gate": "r"}, {"gate": "rz"}],
        connectivity="all",
        geometry={"blockadeRadius": 8e-06, "positions": positions},
        zones=[
            {"name": "storage", "purpose": "storage", "sites": list(range(count))},
            {"name": "entangling", "purpose": "entangling", "places": places},
        ],
        transport={"overhead": 0.0002, "speed": 0.55},
        concurrency={"twoQubitGates": 8, "sharedPulses": ["cz"]},
        timing=timing(repetitionDelay=0.2),
        abilities={"midCircuitMeasurement": False, "feedForward": False, "reset": False, "maxShots": 10000},
        calibration={
            "timestamp": "2025-06-01T00:00:00Z",
            "sites": [{"site": k, **site} for k in range(count)],
            "gates": [
                {"gate": "cz", "default": {"error": float(f"{error:.6g}"), "duration": 2.7e-07, "paulis": pair, "loss": loss}, "figures": []},
                {
                    "gate": "r", "default": {"error": float(f"{local:.6g}"), "duration": 2e-06},
                    "global": {"error": float(f"{everywhere:.6g}"), "duration": 2e-06}, "figures": [],
                },
                {"gate": "rz", "default": {"error": float(f"{local:.6g}"), "duration": 1e-06}, "figures": []},
            ],
            "environment": {
                "transport": {"paulis": {"X": 0.000806, "Y": 0.000806, "Z": 0.002458}, "loss": 0.0002},
                "absence": {"leakedReadsOne": 1, "lostReadsOne": 1, "heralded": False},
                "unpaired": {"X": 0.0005149, "Y": 0.0005149, "Z": 0.002185},
            },
        },
    )


def photons():
    """16 photons in two rails each; every pair through a switch, gates that work with a known probability."""
    count = 16
    site = {
        "readout": {"falseOne": 0.0001, "falseZero": 0.0001, "duration": 1e-08, "efficiency": 0.98, "darkCounts": 1e-06},
    }
    return machine(
        "photons-16", "dual-rail photons, 16 qubits", "a machine that might be built", "photonic",
        "no machine of this kind is published as a file; figures are of published parts, or assumed",
        [
            cited("calibration.gates.cz.success", f"near-deterministic gates by teleportation (Knill, Laflamme, Milburn, Nature 409, 46 (2001); {EWERT}); the value 0.95 is assumed"),
            cited("calibration.sites.readout.efficiency", "superconducting nanowire detectors of 98 % (Reddy et al., Optica 7, 1649 (2020)); assumed for the whole way to the detector"),
            cited("calibration.sites.readout.darkCounts", "100 counts a second in a window of 10 ns"),
            cited("calibration.gates.r.error", "assumed: interferometers of silicon nitride; below 1e-3 is reported"),
            assumed("calibration.gates.r.loss", "propagation loss of one interferometer"),
            assumed("calibration.gates.rz.loss", "propagation loss of a phase shifter"),
            assumed("calibration.gates.cz.loss", "propagation loss of the gate's circuit and its delay line"),
            assumed("calibration.gates.cz.error", "distinguishable photons: visibility of interference 99.5 %"),
            assumed("calibration.gates.cz.paulis", "distinguishable photons lose the phase between the rails"),
            assumed("calibration.gates.duration", "time of flight"),
            assumed("calibration.sites.readout.falseOne", "crosstalk between the rails"),
            assumed("timing", "repetition of the source"),
            assumed("abilities", "photons are gone when they are read"),
        ],
        siteCount=count,
        gates=[{"gate": "cz"}, {"gate": "r"}, {"gate": "rz"}],
        connectivity="all",
        timing=timing(repetitionDelay=1e-06),
        abilities={"midCircuitMeasurement": False, "feedForward": False, "reset": False, "maxShots": 1000000},
        calibration={
            "timestamp": "2025-01-01T00:00:00Z",
            "sites": [{"site": k, **site} for k in range(count)],
            "gates": [
                {"gate": "cz", "default": {"error": 0.009, "duration": 1e-08, "paulis": {"IZ": 1, "ZI": 1, "ZZ": 1}, "loss": 0.002, "success": 0.95}, "figures": []},
                {"gate": "r", "default": {"error": 0.0008, "duration": 1e-09, "loss": 0.0002}, "figures": []},
                {"gate": "rz", "default": {"error": 0.0002, "duration": 1e-09, "loss": 5e-05}, "figures": []},
            ],
            "environment": {"absence": {"leakedReadsOne": 1, "lostReadsOne": 1, "heralded": True}},
        },
    )


MACHINES = {"racetrack-32": racetrack, "ion-chain-20": ion_chain, "atoms-48": atoms, "photons-16": photons}

if len(sys.argv) != 2 or sys.argv[1] not in MACHINES:
    sys.exit(__doc__)
print(text(MACHINES[sys.argv[1]]()))
