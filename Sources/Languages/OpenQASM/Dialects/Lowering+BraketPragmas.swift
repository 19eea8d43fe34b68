import Circuits

extension Lowering {
    /// A pragma: kept, or acted upon where the dialect knows it.
    mutating func pragma(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let content = content(node)
        let vendor = content.prefix { $0 != " " && $0 != "\t" }
        // Requests are written back under Kelvin's name, which every dialect understands.
        guard vendor == "kelvin" || (vendor == "braket" && dialect == .braket) else {
            if vendor == "braket" {
                warn(
                    .ignored, "this pragma is Amazon Braket's and does nothing here", at: place(id),
                    cause: "the program is read as plain OpenQASM", cure: "choose '--dialect braket'")
            }
            circuit.pragmas.append(content)
            return
        }
        let start = Int(UInt32(bitPattern: node.c))
        do throws(BraketPragma.Fault) {
            try act(on: try BraketPragma(content), at: id, start: start)
        } catch {
            let place = Diagnostic.Place(start + error.offset..<min(start + error.offset + 1, Int(tree[id].end)))
            throw fail(.expected, error.message, at: place, cure: error.cure)
        }
    }

    private mutating func act(
        on pragma: BraketPragma, at id: NodeID, start: Int
    ) throws(BraketPragma.Fault) {
        switch pragma {
        case .verbatim: isVerbatimNext = true
        case .unitary(let matrix, let targets):
            let qubits = try resolve(targets, rows: matrix.dimension)
            guard matrix.isUnitary(tolerance: 1e-6) else {
                throw BraketPragma.Fault(message: "this matrix is not unitary", offset: 0, cure: nil)
            }
            if usesTables { needsCanonicalOrder = true }
            let gate = circuit.addGate(
                GateDefinition(name: uniqueName("unitary"), qubitCount: qubits.count, implementation: .matrix(matrix)))
            // Braket's first target is the most significant, ours the least.
            block.append(
                Instruction(.gate(gate), Operands(qubits.reversed().map { $0 }), location: location(id)))
        case .noise(let channel, let targets):
            let qubits = try resolve(targets)
            let width = BraketPragma.channels[String(channel.prefix { $0 != "(" })]?.qubits ?? 1
            if width == 2 && qubits.count != 2 {
                throw BraketPragma.Fault(
                    message: "this channel acts on two qubits, not \(qubits.count)", offset: targets[0].offset)
            }
            for group in width == 2 ? [qubits] : qubits.map({ [$0] }) { appendNoise(channel, group, id) }
        case .kraus(let matrices, let targets):
            let qubits = try resolve(targets, rows: matrices[0].dimension)
            guard matrices.allSatisfy({ $0.dimension == matrices[0].dimension }) else {
                throw BraketPragma.Fault(message: "Kraus operators of different size", offset: 0)
            }
            let sum = matrices.reduce(Matrix(zero: matrices[0].dimension)) { $0 + $1.adjoint * $1 }
            guard sum.distance(to: Matrix(identity: sum.dimension)) < 1e-8 else {
                throw BraketPragma.Fault(message: "these Kraus operators lose probability: ΣK†K is not 1", offset: 0)
            }
            appendNoise("kraus(\(matrices.map(BraketPragma.text).joined(separator: ", ")))", qubits, id)
        case .stateVector: circuit.requests.append(.stateVector)
        case .densityMatrix(let targets): circuit.requests.append(.densityMatrix(try resolve(ifAny: targets)))
        case .probabilities(let targets): circuit.requests.append(.probabilities(try resolve(ifAny: targets)))
        case .amplitudes(let states): circuit.requests.append(.amplitudes(states))
        case .observable(let name, let factors):
            var resolved: [RequestedObservable.Factor] = []
            for factor in factors {
                if factor.isForAll {
                    resolved.append(.init(kind: factor.kind, qubits: []))
                    continue
                }
                let qubits = try resolve(factor.targets)
                var rows = 1
                if case .hermitian(let matrix) = factor.kind { rows = matrix.dimension.trailingZeroBitCount }
                if qubits.count != rows {
                    // A register stands for each of its qubits, where it stands alone.
                    guard rows == 1, factors.count == 1 else {
                        throw BraketPragma.Fault(
                            message: "the observable acts on \(rows) qubit\(rows == 1 ? "" : "s"), not \(qubits.count)",
                            offset: factor.targets[0].offset)
                    }
                    for qubit in qubits {
                        request(name, RequestedObservable(factors: [.init(kind: factor.kind, qubits: [qubit])]))
                    }
                    return
                }
                resolved.append(.init(kind: factor.kind, qubits: qubits))
            }
            let all = resolved.flatMap(\.qubits)
            if Set(all).count != all.count {
                throw BraketPragma.Fault(
                    message: "the observable names a qubit twice", offset: factors[0].targets[0].offset)
            }
            request(name, RequestedObservable(factors: resolved))
        }
    }

    private mutating func request(_ name: String, _ observable: RequestedObservable) {
        switch name {
        case "expectation": circuit.requests.append(.expectation(observable))
        case "variance": circuit.requests.append(.variance(observable))
        default: circuit.requests.append(.samples(observable))
        }
    }

    private mutating func appendNoise(_ channel: String, _ qubits: [Qubit], _ id: NodeID) {
        block.append(Instruction(.barrier, Operands(qubits), location: location(id)))
        block.annotateLast(Annotation(keyword: Annotation.noiseKeyword, content: channel))
    }

    /// The qubits of targets; with `rows` as many as a matrix of that size acts on.
    private mutating func resolve(_ targets: [BraketPragma.Target], rows: Int) throws(BraketPragma.Fault) -> [Qubit] {
        let qubits = try resolve(targets)
        guard qubits.count == rows.trailingZeroBitCount else {
            throw BraketPragma.Fault(
                message: "a matrix of \(rows) rows acts on \(rows.trailingZeroBitCount) qubits, not \(qubits.count)",
                offset: targets[0].offset)
        }
        return qubits
    }

    private mutating func resolve(ifAny targets: [BraketPragma.Target]?) throws(BraketPragma.Fault) -> [Qubit]? {
        guard let targets else { return nil }
        return try resolve(targets)
    }

    private mutating func resolve(_ targets: [BraketPragma.Target]) throws(BraketPragma.Fault) -> [Qubit] {
        var result: [Qubit] = []
        for target in targets {
            for qubit in try resolve(target) {
                if result.contains(qubit) {
                    throw BraketPragma.Fault(message: "a qubit is named twice", offset: target.offset)
                }
                result.append(qubit)
            }
        }
        return result
    }

    private mutating func resolve(_ target: BraketPragma.Target) throws(BraketPragma.Fault) -> [Qubit] {
        if target.name.hasPrefix("$") {
            guard let number = Int(target.name.dropFirst()), number < 1 << 24, target.selection == nil,
                !hasVirtualQubits
            else {
                throw BraketPragma.Fault(
                    message: "'\(target.name)' is no qubit of this program", offset: target.offset)
            }
            highestHardwareQubit = max(highestHardwareQubit, number)
            return [Qubit(number)]
        }
        let list: [Int32]
        let symbol = lookup(parser.lexer.names.intern(target.name))
        switch symbol?.kind {
        case .qubit: list = [symbol!.a]
        case .qubits: list = Array(symbol!.a..<symbol!.a + symbol!.b)
        case .qubitAlias: list = aliases[Int(symbol!.a)]
        default:
            throw BraketPragma.Fault(message: "'\(target.name)' is no qubit of this program", offset: target.offset)
        }
        guard let selection = target.selection else { return list.map { Qubit(Int($0)) } }
        return try places(selection, of: list.count, target).map { Qubit(Int(list[$0])) }
    }

    /// The places that brackets select out of a register.
    private func places(
        _ selection: BraketPragma.Selection, of count: Int, _ target: BraketPragma.Target
    ) throws(BraketPragma.Fault) -> [Int] {
        func place(_ index: Int) throws(BraketPragma.Fault) -> Int {
            let place = index < 0 ? index + count : index
            guard place >= 0 && place < count else {
                throw BraketPragma.Fault(
                    message: "index \(index) lies outside '\(target.name)', which has \(count) qubits",
                    offset: target.offset)
            }
            return place
        }
        var result: [Int] = []
        switch selection {
        case .list(let indices): for index in indices { result.append(try place(index)) }
        case .range(let first, let step, let last):
            let start = try place(first ?? (step > 0 ? 0 : count - 1))
            let end = try place(last ?? (step > 0 ? count - 1 : 0))
            result = Array(stride(from: start, through: end, by: step))
        }
        if result.isEmpty {
            throw BraketPragma.Fault(message: "an empty range of qubits", offset: target.offset)
        }
        return result
    }
}

extension BraketPragma {
    /// A matrix as pragmas write it.
    static func text(_ matrix: Matrix) -> String {
        let rows = (0..<matrix.dimension).map { row in
            let values = (0..<matrix.dimension).map { column in
                let value = matrix[row, column]
                if value.im == 0 { return "\(value.re)" }
                return "\(value.re) \(value.im.sign == .minus ? "-" : "+") \(abs(value.im))im"
            }
            return "[\(values.joined(separator: ", "))]"
        }
        return "[\(rows.joined(separator: ", "))]"
    }
}
