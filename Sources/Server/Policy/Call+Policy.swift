import Circuits
import Compiler
import Hardware
import Kernel
import Storage

extension Call {
    /// The machines of a job that the policy lets its owner use.
    ///
    /// - Throws: `policy` with the rule that forbids the first of them, where none is left.
    func allowed(
        _ request: JobRequest, _ appraisal: JobAppraisal?, in project: ProjectPath
    ) async throws -> [String] {
        let policy = try service.policy.current
        if policy == .open { return request.devices }
        var refusal: Problem?, allowed: [String] = []
        for use in try await uses(request, appraisal, in: project, of: caller) {
            let verdict = policy.verdict(on: use)
            if verdict.decision == .allow {
                allowed.append(use.device)
            } else {
                refusal = refusal ?? Problem(verdict, use)
            }
        }
        if let refusal, allowed.isEmpty { throw refusal }
        return allowed
    }

    /// Whether the policy lets a session be opened.
    func admitSession(_ body: SessionBody, in project: ProjectPath) throws {
        let policy = try service.policy.current
        if policy == .open { return }
        let caller = try caller
        var kinds: Set<Use.Kind> = [.session]
        if body.kind == .dedicated { kinds.insert(.dedicated) }
        if body.kind == .batch { kinds.insert(.batch) }
        if try isRemote(body.device) { kinds.insert(.remote) }
        let use = Use(
            project: project.text, user: caller.user.path, role: caller.role(in: .project(project)) ?? .viewer,
            device: body.device, kinds: kinds,
            // Sizes are those of its jobs, which are judged one by one.
            figures: Figures(
                qubits: 0, depth: 0, twoQubitGates: 0, shots: 0, programs: 0,
                machineSeconds: min(body.budget ?? .infinity, body.maximalSeconds)))
        let verdict = policy.verdict(on: use)
        if verdict.decision == .deny { throw Problem(verdict, use) }
    }

    /// A job as the rules see it, once for each machine that it may have.
    func uses(
        _ request: JobRequest, _ appraisal: JobAppraisal?, in project: ProjectPath, of identity: Identity
    ) async throws -> [Use] {
        let names = await service.runtime.deviceNames()
        var kinds: Set<Use.Kind> = [], profile = ProgramProfile(), shots = 0, programs = 0
        func take(_ circuit: Circuit, _ sets: Int, _ own: Int?) {
            var next = ProgramProfile(circuit)
            next.width = max(next.width, circuit.qubitCount)
            profile.formMaximum(next)
            programs += sets
            let (product, overflow) = sets.multipliedReportingOverflow(by: own ?? request.shots)
            let (sum, beyond) = shots.addingReportingOverflow(product)
            shots = overflow || beyond ? .max : sum
            if !circuit.calibrations.isEmpty { kinds.insert(.calibrations) }
        }
        switch request.workload {
        case .sample(let pubs):
            kinds.insert(.sampler)
            for pub in pubs { take(pub.circuit, pub.parameters.shape.count, pub.shots) }
        case .estimate(let pubs):
            kinds.insert(.estimator)
            for pub in pubs { take(pub.circuit, pub.parameters.shape.count, pub.shots) }
        }
        if profile.isDynamic { kinds.insert(.dynamic) }
        if request.workload.namesSites { kinds.insert(.physical) }
        if request.compilerOptions.rewriting == .verbatim { kinds.insert(.compiled) }
        if request.priority > .normal { kinds.insert(.urgent) }
        let offers = Dictionary(
            (appraisal?.offers ?? []).compactMap { offer in names[offer.device].map { ($0, offer.seconds) } }
        ) { first, _ in first }
        return try request.devices.map { device in
            var kinds = kinds
            if try isRemote(device) { kinds.insert(.remote) }
            return Use(
                project: project.text, user: identity.user.path, role: identity.role(in: .project(project)) ?? .viewer,
                device: device, kinds: kinds,
                figures: Figures(
                    qubits: Double(profile.width), depth: Double(profile.oneQubitDepth + profile.twoQubitDepth),
                    twoQubitGates: Double(profile.twoQubitGates), shots: Double(shots), programs: Double(programs),
                    machineSeconds: try offers[device] ?? leastSeconds(device, shots: shots)))
        }
    }

    private func isRemote(_ device: String) throws -> Bool {
        do throws(DeviceError) { return try !service.machines.device(device).description.isEmulated } catch {
            throw KernelError(error)
        }
    }

    /// What so many shots take at least on a machine for which nothing was estimated: the time between them.
    private func leastSeconds(_ device: String, shots: Int) throws -> Double {
        do throws(DeviceError) {
            return Double(shots) * (try service.machines.device(device).description.timing.repetitionDelay.value)
        } catch { throw KernelError(error) }
    }
}

extension Problem {
    init(_ verdict: UsePolicy.Verdict, _ use: Use) {
        let rule = verdict.rule.map { "the rule '\($0.name)'" } ?? "the use policy, by none of its rules,"
        self.init(
            .policy,
            "\(rule) does not let \(use.user) do this on \(use.device)"
                + (verdict.rule?.because.map { ": \($0)" } ?? ""))
        subject = "policy:\(verdict.rule?.name ?? "otherwise") \(use.device)"
    }
}
