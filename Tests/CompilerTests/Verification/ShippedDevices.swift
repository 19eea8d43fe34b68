import Circuits
import Compiler
import Drivers
import Hardware

/// The devices that come with Kelvin, and what the proof of the compiler does with each.
enum ShippedDevices {
    static let ids = ["ideal", "heron-133", "heron-156"]
    /// Machines of every kind, proved with a few programs each.
    static let machines = [
        "nighthawk-120", "garnet-20", "emerald-54", "willow-105", "racetrack-32", "ion-chain-20", "atoms-48",
        "photons-16",
    ]
    static let heavyHex = ["heron-133", "heron-156"]

    // Devices that come with Kelvin: if one cannot be read, nothing here can be proved, so these crash instead of throwing.
    private static let loaded: [String: TestDevices.Machine] = {
        var loaded: [String: TestDevices.Machine] = [:]
        for id in ids + machines {
            let device = try! DeviceCatalog().device(id)
            loaded[id] = (device.description, try! device.calibration())
        }
        return loaded
    }()

    static func machine(_ id: String) -> TestDevices.Machine { loaded[id]! }

    /// Compiles on one thread: the tests themselves run side by side.
    static func compile(
        _ source: Circuit, for id: String, effort: CompilerOptions.Effort, seed: Int
    ) throws -> Executable {
        let machine = machine(id)
        return try Compilation(
            of: source, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(effort: effort, threads: 1), seed: UInt64(seed)
        ).executable
    }

    /// The executable with one instruction of its body left out.
    static func dropping(_ position: Int, from executable: Executable) -> Executable {
        var result = executable
        var body = Block()
        for k in executable.circuit.body.indices where k != position {
            body.append(from: executable.circuit.body, at: k)
        }
        result.circuit.body = body
        return result
    }

    /// The executable and copies of it that are wrong: entries of a layout exchanged.
    static func misplaced(_ executable: Executable) -> [Executable] {
        var (first, second) = (executable, executable)
        first.finalLayout.swapAt(0, executable.finalLayout.count - 1)
        second.initialLayout.swapAt(0, executable.initialLayout.count - 1)
        return [first, second]
    }

    /// Places of gates that do something: no global phase, and an angle, if any, away from the identity.
    static func effectiveGates(_ circuit: Circuit) -> [Int] {
        circuit.body.indices.filter {
            let instruction = circuit.body[$0]
            guard let gate = instruction.standardGate, gate.qubitCount > 0,
                let parameters = instruction.parameters.constants
            else { return false }
            let matrix = gate.matrix(parameters)
            return matrix.trace.magnitude < Double(matrix.dimension) * (1 - 1e-6)
        }
    }
}
