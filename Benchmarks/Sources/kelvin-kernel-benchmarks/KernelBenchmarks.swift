import FleetSimulation
import Foundation
import Kernel

/// Writes Docs/benchmarks/kernel.md and its plots: `kelvin-kernel-benchmarks OUTPUT-DIRECTORY DEVICE-DIRECTORY [part…]`.
@main
struct KernelBenchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2 else {
            FileHandle.standardError.write(Data("usage: kelvin-kernel-benchmarks OUTPUT DEVICES [part…]\n".utf8))
            exit(2)
        }
        let output = arguments[arguments.startIndex], devices = arguments[arguments.startIndex + 1]
        let parts = Set(arguments.dropFirst(2))
        let wants = { (part: String) in parts.isEmpty || parts.contains(part) }
        let seeds: ClosedRange<UInt64> = 1...(ProcessInfo.processInfo.environment["SEEDS"].flatMap { UInt64($0) } ?? 10)
        let fleet = Fleet(directory: devices)
        let page = Page(directory: output, seeds: seeds)
        if wants("speed") { try await page.speed(Speed(fleet: fleet)) }
        if wants("waits") {
            let cache = ClassFidelities(try fleet.eightFalcons(seed: 7), mixes: smallPrograms)
            try await page.waits(WaitFidelity(fleet: fleet, seeds: seeds, cache: cache))
        }
        if wants("packing") { try await page.packing(Packing(fleet: fleet, seeds: seeds)) }
        if wants("moves") { try await page.moves(Packing(fleet: fleet, seeds: seeds)) }
        if wants("fairness") { try await page.fairness(Fairness(fleet: fleet, seeds: seeds)) }
        if wants("forecasts") { try await page.forecasts(Forecasts(fleet: fleet, seeds: seeds)) }
        try page.write()
    }
}
