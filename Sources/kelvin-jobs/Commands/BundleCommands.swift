import ArgumentParser
import Client
import Console
import Drivers
import Foundation
import Hardware
import Kernel

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that a result bundle is what it was when it was made.",
        discussion: """
            Every part is compared with the digest that the bundle's manifest has of it; the digest that is printed is the \
            manifest's, and stands for the whole bundle. `kelvin results JOB --bundle FILE` makes bundles.
            """)

    @Argument(help: "The bundle.")
    var file: String

    @Option(help: "The digest that the bundle must have, as it was printed when it was made.")
    var digest: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let bundle = try ResultBundle(file: file)
            if let digest, digest.lowercased() != bundle.digest {
                throw CommandFailure(
                    KernelError(
                        .program, code: "bundle.digest", "\(file) has the digest \(bundle.digest), not \(digest)",
                        cure: "it is another bundle than you were told of"), source: nil)
            }
            switch format {
            case .text:
                Terminal.write("\(file) is whole: \(bundle.manifest.job), \(bundle.manifest.parts.count) parts\n")
                Terminal.write("digest \(bundle.digest)\n")
            case .json: Terminal.write(JSON.text(BundleDocument(bundle)) + "\n")
            }
        }
    }
}

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run a finished job again as it ran, and say whether the same comes out.",
        discussion: """
            Programs, seeds, places and calibrations are those of the job. On an emulated machine the same comes out, bit by \
            bit; what differs is listed, and the exit code is 1.
            """)

    @OptionGroup var service: ServiceOption

    @Argument(help: "A job, job-17 or 17, or the file of a bundle.")
    var job: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let catalog: DeviceCatalog, bundle: ResultBundle
            if JobID(job) == nil {
                bundle = try ResultBundle(file: job)
            } else {
                bundle = try await service.place.bundle(of: JobID(named: job))
            }
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw CommandFailure(error) }
            let replay = try await asking { () throws(KernelError) in try await Replay(bundle, on: catalog) }
            switch format {
            case .text:
                for note in replay.notes { Terminal.write("note: \(note)\n") }
                if replay.isEqual { Terminal.write("\(bundle.manifest.job): the same, bit by bit\n") }
            case .json:
                Terminal.write(
                    JSON.text(
                        ReplayDocument(
                            job: bundle.manifest.job, isEqual: replay.isEqual, differences: replay.differences,
                            notes: replay.notes)) + "\n")
            }
            if replay.isEqual { return }
            if format == .text {
                Terminal.write("\(bundle.manifest.job): not the same\n")
                for difference in replay.differences { Terminal.write("  \(difference)\n") }
            }
            Terminal.leave(1)
        }
    }
}

private struct BundleDocument: Encodable {
    var digest: String
    var manifest: ResultBundle.Manifest

    init(_ bundle: ResultBundle) {
        digest = bundle.digest
        manifest = bundle.manifest
    }
}

private struct ReplayDocument: Encodable {
    var job: String
    var isEqual: Bool
    var differences: [String]
    var notes: [String]
}

extension ResultBundle {
    /// The largest file that is read, bytes.
    private static let largest = 1 << 32

    init(file: String) throws(CommandFailure) {
        // What is no file may have no end.
        let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
            facts[.type] as? FileAttributeType == .typeRegular, let size = facts[.size] as? Int, size <= Self.largest,
            let data = FileManager.default.contents(atPath: file)
        else {
            throw CommandFailure(
                KernelError(
                    .program, code: "bundle.file", "the bundle \(file) cannot be read",
                    cure: "check the path, and that the file can be read"), source: nil)
        }
        do throws(KernelError) { try self.init(verifying: Array(data)) } catch {
            throw CommandFailure(error, source: nil)
        }
    }
}

extension JobStore {
    func bundle(of id: JobID) throws(CommandFailure) -> ResultBundle {
        try read { store throws(KernelError) in try ResultBundle(of: id, in: store) }
    }
}

extension ResultBundle {
    /// Writes it into a new file that its owner alone reads, and says its digest.
    func write(to path: String) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(
                KernelError(
                    .system, code: "bundle.file", "\(path) cannot be made: \(String(cString: strerror(errno)))",
                    cure: "give the path of a new file in a directory that can be written"), source: nil)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do { try file.write(contentsOf: Data(bytes)) } catch {
            unlink(path)
            throw CommandFailure(
                KernelError(
                    .system, code: "bundle.file", "\(path) cannot be written: \(error.localizedDescription)",
                    cure: "make room"), source: nil)
        }
        Terminal.write("\(path): \(manifest.job), \(manifest.parts.count) parts, digest \(digest)\n")
    }
}
