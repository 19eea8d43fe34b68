import ArgumentParser
import Console
import Kernel
import Storage

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Work on jobs that no other process works on, until there are none.",
        discussion: "`submit --detach` starts one in the background; there is never more than one at a time.")

    @Option(help: "Seconds without work after which it ends.")
    var idle = 1.0

    func run() async throws {
        let store = try JobStore()
        guard let lock = FileLock(path: store.directory.workerLock) else {
            throw CommandFailure(
                text: "error: \(store.directory.workerLock) cannot be locked", exitCode: 3, code: "worker")
        }
        await (try store.runtime(adopts: true)).drain(idleSeconds: idle)
        lock.unlock()
    }
}
