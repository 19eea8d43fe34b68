import Circuits
import Conformance
import Foundation
import Hardware
import Synchronization
import Testing

@testable import Drivers

extension DriverTests {
    /// Clients of other people's servers, against servers of the tests that compute their answers with Kelvin's simulator.
    @Suite struct RemoteDriverTests {
        private func attachment(_ driver: Drivers.Attachment.Driver, _ server: LoopbackServer, path: String = "")
            -> Drivers.Attachment
        {
            var attachment = Drivers.Attachment(id: "remote", driver: driver)
            attachment.url = server.url + path
            attachment.timeout = Seconds(30)
            return attachment
        }

        private func faults(_ device: any Device) async -> [String] {
            await ConformanceSuite(shots: 400, sample: 1, seed: 3).run(on: device).flatMap { finding in
                finding.faults.map { "\(finding.check.rawValue): \($0)" }
            }
        }

        @Test func ionqConforms() async throws {
            let cloud = IonQCloud()
            let server = try LoopbackServer { cloud.answer($0) }
            defer { server.stop() }
            var attachment = attachment(.ionq, server, path: "/v0.4")
            attachment.target = "qpu.test"
            attachment.token = .environment("KELVIN_TEST_TOKEN")
            setenv("KELVIN_TEST_TOKEN", "s3cret", 1)
            let device = try attachment.open()
            #expect(device.description.siteCount == 5 && !device.description.isEmulated)
            #expect(try device.calibration().figures(for: .rxx, on: [Site(0), Site(1)])?.error == 1 - 0.99)
            #expect(await faults(device) == [])
            #expect(server.log.allSatisfy { $0.headers["authorization"] == "apiKey s3cret" })
        }

        @Test func iqmConforms() async throws {
            let cloud = IQMCloud()
            let server = try LoopbackServer { cloud.answer($0) }
            defer { server.stop() }
            let device = try attachment(.iqm, server).open()
            #expect(device.description.siteCount == 3)
            #expect(device.description.nativeGates.map(\.gate) == [.r, .cz])
            #expect(await faults(device) == [])
        }

        @Test func kelvinToKelvinConforms() async throws {
            let cloud = try KelvinCloud(device: "heron-133")
            let server = try LoopbackServer { cloud.answer($0) }
            defer { server.stop() }
            var attachment = attachment(.kelvin, server)
            attachment.target = "heron-133"
            let device = try attachment.open()
            #expect(device.description.siteCount == 133)
            #expect(await faults(device) == [])
        }

        private func open(_ server: LoopbackServer, timeout: Double = 30) throws(DeviceError) -> any Device {
            var attachment = attachment(.ionq, server, path: "/v0.4")
            attachment.timeout = Seconds(timeout)
            return try RemoteDevice(
                attachment, service: IonQService(attachment, patience: .init(firstPause: 0.01, longestPause: 0.02)))
        }

        private func failure(_ answer: LoopbackServer.Answer, timeout: Double = 30) throws -> DeviceError {
            let server = try LoopbackServer { _ in answer }
            defer { server.stop() }
            do throws(DeviceError) { _ = try open(server, timeout: timeout) } catch { return error }
            throw CancellationError()
        }

        @Test func badServersGiveOneClearError() throws {
            let page = try failure(.text("<html><body>Sign in</body></html>", type: "text/html"))
            #expect(page.message.contains("web page") && page.code == .failed && page.cure != nil)
            #expect(try failure(.text("<html>", type: "application/json")).message.contains("web page"))
            let cut = try failure(.cut("{\"backend\": \"sim", announced: 500))
            #expect(cut.message.contains("dropped in the middle"), "\(cut.message)")
            #expect(try failure(.close).message.contains("without an answer"))
            #expect(try failure(.json("{\"backend\": ")).message.contains("no JSON"))
            #expect(try failure(.json("[1, 2]")).code == .invalidFile)
            #expect(try failure(.json("{\"backend\": \"q\", \"qubits\": 1e9}")).code == .invalidFile)
            let denied = try failure(.json("{\"error\": {\"message\": \"no such key\"}}", status: 401))
            #expect(denied.message.contains("no such key") && denied.message.contains("refuses the token"))
            let moved = try failure(.json("{}", status: 302, headers: ["Location": "http://127.0.0.1:1/"]))
            #expect(moved.message.contains("points elsewhere"))
            let start = ContinuousClock.now
            let hung = try failure(.hang(30), timeout: 0.2)
            #expect(hung.message.contains("no complete answer within 0.2 s"))
            // Four attempts of 0.2 s each.
            #expect(start.duration(to: .now) < .seconds(15))
        }

        @Test func nobodyAnswers() throws {
            var attachment = Drivers.Attachment(id: "gone", driver: .ionq)
            attachment.url = "http://127.0.0.1:9/v0.4"
            do throws(DeviceError) {
                _ = try RemoteDevice(attachment, service: IonQService(attachment, patience: .init(firstPause: 0.01)))
                Issue.record("opened")
            } catch {
                #expect(error.code == .unavailable && error.message.contains("nobody answers"))
            }
        }

        @Test func tokensStayWithTheirServer() throws {
            var attachment = Drivers.Attachment(id: "remote", driver: .ionq)
            attachment.url = "http://example.org/v0.4"
            attachment.token = .environment("KELVIN_TEST_TOKEN")
            setenv("KELVIN_TEST_TOKEN", "s3cret", 1)
            #expect(throws: DeviceError.self) { try attachment.open() }
            let server = try LoopbackServer { request in
                .json("{\"message\": \"bad key \(request.headers["authorization"] ?? "")\"}", status: 400)
            }
            defer { server.stop() }
            attachment.url = server.url
            do throws(DeviceError) { _ = try attachment.open() } catch {
                #expect(error.message.contains("bad key") && !error.message.contains("s3cret"))
            }
            #expect(!attachment.text.contains("s3cret"))
        }

        @Test func busyServersAreAskedAgain() throws {
            let count = Mutex(0)
            let server = try LoopbackServer { _ in
                let number = count.withLock {
                    $0 += 1; return $0
                }
                if number < 3 { return .json("{}", status: number == 1 ? 503 : 429, headers: ["Retry-After": "0"]) }
                return .json("{\"backend\": \"simulator\", \"qubits\": 3, \"status\": \"available\"}")
            }
            defer { server.stop() }
            #expect(try open(server).description.siteCount == 3)
            #expect(server.log.count == 3)
        }

        /// After five failures in a row the server is left alone; one request goes through when the rest is over.
        @Test func theCircuitBreakerOpensAndCloses() throws {
            let isWell = Mutex(false)
            let server = try LoopbackServer { _ in isWell.withLock { $0 } ? .json("{}") : .close }
            defer { server.stop() }
            let endpoint = try RemoteEndpoint(
                attachment(.ionq, server), scheme: "apiKey", patience: .init(attempts: 3, firstPause: 0.001),
                breaker: CircuitBreaker(threshold: 5, rest: .milliseconds(300)))
            for _ in 0..<2 { #expect(throws: DeviceError.self) { try endpoint.json("GET", "/a") } }
            let asked = server.log.count
            #expect(asked == 5)
            do throws(DeviceError) { _ = try endpoint.json("GET", "/a") } catch {
                #expect(error.message.contains("5 failures in a row"))
            }
            #expect(server.log.count == asked)
            usleep(350_000)
            isWell.withLock { $0 = true }
            _ = try endpoint.json("GET", "/a")
            _ = try endpoint.json("GET", "/a")
            #expect(server.log.count == asked + 2)
        }

        /// A submission that may have arrived is not sent again.
        @Test func aJobIsNotSubmittedTwice() async throws {
            let server = try LoopbackServer { request in
                if request.method == "POST" { return .close }
                return .json("{\"backend\": \"simulator\", \"qubits\": 3, \"status\": \"available\"}")
            }
            defer { server.stop() }
            let device = try open(server)
            let executable = try program(device)
            do throws(DeviceError) {
                _ = try await device.run(executable, shots: 10, seed: 1, progress: nil)
                Issue.record("ran")
            } catch {
                #expect(error.cure?.contains("may have taken the job") == true)
            }
            #expect(server.log.count { $0.method == "POST" } == 1)
        }

        @Test func failuresAndCancellationOfJobs() async throws {
            let status = Mutex("failed\", \"failure\": {\"error\": \"laser lost lock\"}, \"x\": \"")
            let server = try LoopbackServer { request in
                switch (request.method, request.path) {
                case ("POST", _): .json("{\"id\": \"job-1\", \"status\": \"submitted\"}")
                case ("PUT", _): .json("{\"id\": \"job-1\", \"status\": \"canceled\"}")
                case (_, "/v0.4/jobs/job-1"): .json("{\"id\": \"job-1\", \"status\": \"\(status.withLock { $0 })\"}")
                default: .json("{\"backend\": \"simulator\", \"qubits\": 3, \"status\": \"available\"}")
                }
            }
            defer { server.stop() }
            let device = try open(server)
            let executable = try program(device)
            func outcome() async -> DeviceError? {
                do throws(DeviceError) { _ = try await device.run(executable, shots: 10, seed: 1, progress: nil) } catch
                {
                    return error
                }
                return nil
            }
            #expect(await outcome()?.message.contains("laser lost lock") == true)
            status.withLock { $0 = "on fire" }
            #expect(await outcome()?.message.contains("\"on fire\"") == true)
            status.withLock { $0 = "running" }
            let task = Task { await outcome() }
            try await Task.sleep(for: .milliseconds(200))
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            // The server was told.
            #expect(server.log.contains { $0.method == "PUT" && $0.path == "/v0.4/jobs/job-1/status/cancel" })
        }

        private func program(_ device: any Device) throws -> Executable {
            var circuit = Circuit(qubitCount: 1, bitCount: 1)
            circuit.append(.x, [0])
            circuit.measure(0, into: 0)
            return Executable(
                deviceID: device.description.id, calibrationID: try device.calibration().id, circuit: circuit,
                schedule: nil,
                initialLayout: [Site(0)], finalLayout: [Site(0)])
        }
    }
}
