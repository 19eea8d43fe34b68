import Circuits

extension Interpreter {
    /// Takes a run to its end.
    ///
    /// - Parameters:
    ///   - wait: receives runs that split off.
    ///   - finish: receives shots and the classical state in which they ended; nil for those that are lost.
    func advance(
        _ run: Run, wait: (Run) -> Void, finish: (UInt32, Environment?) -> Void, isCancelled: () -> Bool
    ) throws(SimulationError) {
        while true {
            if isCancelled() { throw SimulationError(.cancelled, "the simulation was cancelled") }
            let here = run.place.step
            switch program.steps[here] {
            case .quantum(let segment): if !evolve(run, through: segment, wait: wait, finish: finish) { return }
            case .dynamic(let place): try applyDynamic(run, program.dynamic[place])
            case .measure(let place):
                if try measure(run, program.measurements[place], wait: wait, finish: finish) { return }
            case .reset(let qubit): reset(run, qubit, wait: wait)
            case .assign(let place):
                do { try run.environment.apply(program.assignments[place]) } catch {
                    throw fault(error, at: here)
                }
            case .unless(let condition, let target):
                if try !isTrue(program.conditions[condition], run) {
                    run.place.step = target
                    continue
                }
            case .jump(let target):
                run.place.step = target
                continue
            case .select(let place):
                run.place.step = try target(of: program.selections[place], run)
                continue
            case .begin(let loop): run.loops[loop] = try values(of: program.loops[loop], run)
            case .turn(let loop, let exit):
                if !(try turn(run, loop)) {
                    run.place.step = exit
                    continue
                }
            case .count: try countTurn(run)
            case .end:
                for shot in run.shots { finish(shot, run.environment) }
                return
            }
            run.place.step = here + 1
        }
    }

    private func isTrue(_ expression: Expression, _ run: Run) throws(SimulationError) -> Bool {
        do { return try expression.isTrue(in: run.environment) } catch {
            throw fault(error, at: run.place.step)
        }
    }

    private func value(_ expression: Expression, _ run: Run) throws(SimulationError) -> ClassicalValue {
        do { return try expression.evaluate(in: run.environment) } catch {
            throw fault(error, at: run.place.step)
        }
    }

    private func integer(_ expression: Expression, _ run: Run) throws(SimulationError) -> Int64 {
        let value = try value(expression, run)
        do {
            guard case .int(let result, _) = try value.converted(to: .int(64)) else { return 0 }
            return result
        } catch { throw fault(error, at: run.place.step) }
    }

    private func target(of selection: Program.Selection, _ run: Run) throws(SimulationError) -> Int {
        let subject = try integer(selection.subject, run)
        return selection.targets.first { $0.labels.contains(subject) }?.step ?? selection.otherwise
    }

    private func countTurn(_ run: Run) throws(SimulationError) {
        run.turns += 1
        if run.turns > loopLimit {
            throw fault(
                .loopLimit,
                "a shot has made more than \(loopLimit) turns of its loops; its condition must be able to become false",
                at: run.place.step)
        }
    }

    private func values(of loop: Program.Loop, _ run: Run) throws(SimulationError) -> LoopState {
        var state = LoopState()
        switch loop.values {
        case .list(let expressions):
            let type = run.environment.variables[loop.variable.index].type
            for expression in expressions {
                do { state.values.append(try value(expression, run).converted(to: type)) } catch let error
                    as EvaluationError
                {
                    throw fault(error, at: run.place.step)
                } catch let error as SimulationError { throw error } catch { preconditionFailure("\(error)") }
            }
            state.count = state.values.count
        case .range(let first, let step, let stop):
            let range = LoopRange(
                first: try integer(first, run), step: try integer(step, run), last: try integer(stop, run))
            guard let range else {
                throw fault(EvaluationError(.domain, "a range with a step of 0"), at: run.place.step)
            }
            state.range = range
            state.count = range.count
        }
        return state
    }

    private func turn(_ run: Run, _ loop: Int) throws(SimulationError) -> Bool {
        let state = run.loops[loop]
        guard state.next < state.count else { return false }
        try countTurn(run)
        let variable = program.loops[loop].variable.index
        if let range = state.range {
            let number = ClassicalValue.int(range[state.next], width: 64)
            do {
                run.environment.variables[variable] = try number.converted(to: run.environment.variables[variable].type)
            } catch { throw fault(error, at: run.place.step) }
        } else {
            run.environment.variables[variable] = state.values[state.next]
        }
        run.loops[loop].next += 1
        return true
    }

    private func applyDynamic(_ run: Run, _ dynamic: Program.DynamicGate) throws(SimulationError) {
        if !run.presence.isEmpty, dynamic.qubits.contains(where: { run.presence[$0.index] != .present }) { return }
        let steps: [ElementaryGate]
        do {
            let values = try circuit.values(
                of: dynamic.parameters, in: run.environment, gate: circuit.name(of: dynamic.gate))
            steps = try circuit.expand(dynamic.gate, values, on: dynamic.qubits)
        } catch { throw SimulationError(.gate, error.message, location: dynamic.location) }
        let segment = try E.prepare(steps.map { .gate($0) }, qubitCount: program.qubitCount)
        run.state.apply(segment)
    }
}
