package import ArgumentParser

extension AsyncParsableCommand {
    /// Runs the command that the arguments name and ends the process: exit code 0 ok, 1 the program or its input is wrong,
    /// 2 the command itself is wrong, 3 the device or the system failed.
    package static func answer() async -> Never {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Terminal.leave(0)
        } catch let failure as CommandFailure {
            failure.report()
            Terminal.leave(failure.exitCode)
        } catch {
            // Help and version are no failures; what else the parser throws is a wrong command.
            let isClean = exitCode(for: error) == .success
            let message = fullMessage(for: error)
            if isClean { Terminal.write(message + "\n") } else { Terminal.complain(message + "\n") }
            Terminal.leave(isClean ? 0 : 2)
        }
    }
}
