"""Machines of Kelvin as devices of Cirq, and their calibrations as noise models."""

from __future__ import annotations

from typing import Any

import cirq
import kelvin
import networkx

#: The gates of Cirq that a native gate of Kelvin covers, by OpenQASM's names.
FAMILIES: dict[str, list[cirq.GateFamily]] = {
    "cz": [cirq.GateFamily(cirq.CZ)],
    "cx": [cirq.GateFamily(cirq.CNOT)],
    "id": [cirq.GateFamily(cirq.I)],
    "x": [cirq.GateFamily(cirq.X)],
    "sx": [cirq.GateFamily(cirq.X**0.5)],
    "rx": [cirq.GateFamily(cirq.XPowGate)],
    "ry": [cirq.GateFamily(cirq.YPowGate)],
    "rz": [cirq.GateFamily(cirq.ZPowGate)],
    "h": [cirq.GateFamily(cirq.H)],
    # A rotation about an axis of the equator.
    "r": [cirq.GateFamily(cirq.PhasedXPowGate), cirq.GateFamily(cirq.XPowGate), cirq.GateFamily(cirq.YPowGate)],
    "rxx": [cirq.GateFamily(cirq.XXPowGate)],
    "ryy": [cirq.GateFamily(cirq.YYPowGate)],
    "rzz": [cirq.GateFamily(cirq.ZZPowGate)],
    "swap": [cirq.GateFamily(cirq.SWAP)],
    "iswap": [cirq.GateFamily(cirq.ISWAP)],
}


class KelvinDevice(cirq.Device):
    """A machine: site k is ``cirq.LineQubit(k)``.

    Attributes:
        machine: as its service describes it.
    """

    def __init__(self, machine: kelvin.Device) -> None:
        self.machine = machine
        self.qubits = cirq.LineQubit.range(machine.sites)
        self._places: dict[cirq.Qid, int] = {qubit: place for place, qubit in enumerate(self.qubits)}
        calibration = machine.calibration
        dead = {site["site"] for site in calibration["sites"] if site.get("operational") is False}
        broken = {
            tuple(figure["sites"]) for gate in calibration["gates"] for figure in gate.get("figures", [])
            if figure.get("error") == 1
        }
        couplings = machine.couplings
        self._pairs: set[tuple[int, int]] | None = None if couplings is None else {
            pair for pair in couplings if pair not in broken and not dead & set(pair)
        }
        self._dead = dead
        self._gates = cirq.Gateset(
            *(family for name in machine.gates for family in FAMILIES.get(name, [])),
            cirq.GateFamily(cirq.MeasurementGate), cirq.GateFamily(cirq.ResetChannel), cirq.GateFamily(cirq.WaitGate))
        graph = networkx.Graph()
        graph.add_nodes_from(qubit for k, qubit in enumerate(self.qubits) if k not in dead)
        graph.add_edges_from(
            (self.qubits[a], self.qubits[b]) for a, b in self._pairs or (
                (a, b) for a in range(len(self.qubits)) for b in range(a) if couplings is None))
        self._metadata = cirq.DeviceMetadata(self.qubits, graph)

    @property
    def metadata(self) -> cirq.DeviceMetadata:
        return self._metadata

    @property
    def gateset(self) -> cirq.Gateset:
        return self._gates

    def validate_operation(self, operation: cirq.Operation) -> None:
        """
        Raises:
            ValueError: for an operation that is not native to the machine, on the qubits that it names.
        """
        if operation not in self._gates:
            raise ValueError(f"{operation} is no native gate of {self.machine.id}: {', '.join(self.machine.gates)}")
        places = []
        for qubit in operation.qubits:
            if qubit not in self._metadata.nx_graph:
                raise ValueError(f"{self.machine.id} has no working qubit {qubit}")
            places.append(self._places[qubit])
        if len(places) == 2 and not cirq.is_measurement(operation):
            if self._pairs is not None and tuple(places) not in self._pairs:
                raise ValueError(f"{operation.qubits[0]} and {operation.qubits[1]} are not coupled")

    def noise_model(self) -> cirq.NoiseModel:
        """The calibration as Cirq simulates it: relaxation, what is left of gate errors as depolarisation, readout.

        It is Cirq's model of the figures, not the machine: crosstalk and drift are not in it.

        Raises:
            ValueError: of a machine without published figures.
        """
        return cirq.NoiseModelFromNoiseProperties(noise_properties(self.machine, self.qubits))


class KelvinNoiseProperties(cirq.SuperconductingQubitsNoiseProperties):
    """Figures of a calibration under Cirq's names."""

    @classmethod
    def single_qubit_gates(cls) -> set[type[cirq.Gate]]:
        return {
            cirq.XPowGate, cirq.YPowGate, cirq.ZPowGate, cirq.HPowGate, cirq.PhasedXPowGate, cirq.PhasedXZGate,
            cirq.MeasurementGate, cirq.ResetChannel,
        }

    @classmethod
    def symmetric_two_qubit_gates(cls) -> set[type[cirq.Gate]]:
        return {cirq.CZPowGate, cirq.XXPowGate, cirq.YYPowGate, cirq.ZZPowGate, cirq.ISwapPowGate}

    @classmethod
    def asymmetric_two_qubit_gates(cls) -> set[type[cirq.Gate]]:
        return {cirq.CXPowGate}


_ONE_QUBIT: dict[str, list[type[cirq.Gate]]] = {
    "sx": [cirq.XPowGate, cirq.YPowGate, cirq.HPowGate, cirq.PhasedXPowGate, cirq.PhasedXZGate],
    "r": [cirq.XPowGate, cirq.YPowGate, cirq.HPowGate, cirq.PhasedXPowGate, cirq.PhasedXZGate],
}
_TWO_QUBITS: dict[str, type[cirq.Gate]] = {
    "cz": cirq.CZPowGate, "rxx": cirq.XXPowGate, "ryy": cirq.YYPowGate, "rzz": cirq.ZZPowGate, "cx": cirq.CXPowGate,
    "iswap": cirq.ISwapPowGate,
}


def noise_properties(machine: kelvin.Device, qubits: list[cirq.LineQubit]) -> KelvinNoiseProperties:
    """Average gate infidelity r of d levels as the Pauli error that Cirq asks for: r·(d+1)/d."""
    calibration = machine.calibration
    working = [
        site for site in calibration["sites"]
        if site.get("operational") is not False and site.get("t1") and site.get("t2")
    ]
    if not working:
        raise ValueError(f"no relaxation times are published of {machine.id}")
    known = {site["site"] for site in working}
    durations: dict[type, float] = {cirq.ZPowGate: 0.0, cirq.MeasurementGate: 0.0, cirq.ResetChannel: 0.0}
    errors: dict[Any, float] = {cirq.OpIdentifier(cirq.ZPowGate, qubits[site]): 0.0 for site in known}
    for gate in calibration["gates"]:
        name = gate["gate"]
        default = gate.get("default", {})
        figures = gate.get("figures") or [{"sites": [site]} for site in known if name in _ONE_QUBIT]
        for figure in figures:
            sites, error = figure["sites"], figure.get("error", default.get("error"))
            duration = figure.get("duration", default.get("duration", 0.0)) * 1e9
            if error is None or error == 1 or not set(sites) <= known:
                continue
            if len(sites) == 1:
                for family in _ONE_QUBIT.get(name, []):
                    errors[cirq.OpIdentifier(family, qubits[sites[0]])] = error * 3 / 2
                    durations[family] = duration
            elif name in _TWO_QUBITS:
                family = _TWO_QUBITS[name]
                for pair in (sites, sites[::-1]):
                    errors.setdefault(cirq.OpIdentifier(family, *(qubits[site] for site in pair)), error * 5 / 4)
                durations[family] = duration
    t1 = {qubits[site["site"]]: site["t1"] * 1e9 for site in working}
    # 1/T2 = 1/(2·T1) + 1/Tφ
    dephasing = {
        qubits[site["site"]]: 1e9 / max(1 / site["t2"] - 1 / (2 * site["t1"]), 1e-3) for site in working
    }
    readout = {
        qubits[site["site"]]: [site["readout"].get("falseOne", 0.0), site["readout"].get("falseZero", 0.0)]
        for site in working if site.get("readout")
    }
    times = [site["readout"]["duration"] for site in working if site.get("readout", {}).get("duration")]
    if times:
        durations[cirq.MeasurementGate] = float(sorted(times)[len(times) // 2]) * 1e9
    return KelvinNoiseProperties(
        gate_times_ns=durations, t1_ns=t1, tphi_ns=dephasing, readout_errors=readout, gate_pauli_errors=errors)
