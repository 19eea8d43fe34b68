/// A circuit in characters: one line a qubit in use, time to the right, a line between for what joins qubits.
///
/// Nested blocks of control flow are numbered and drawn below the block they stand in.
struct CircuitDrawing {
    let circuit: Circuit
    /// Characters a line may have; longer drawings go on below.
    let width: Int

    private var text: [String] = []
    /// Nested blocks still to be drawn, with their titles.
    private var pending: [(title: String, block: Block)] = []
    private var blockCount = 0

    init(_ circuit: Circuit, width: Int) {
        self.circuit = circuit
        self.width = max(40, width)
    }

    /// The whole drawing, without a line break at its end.
    mutating func draw() -> String {
        draw(circuit.body)
        while !pending.isEmpty {
            let (title, block) = pending.removeFirst()
            text.append("")
            text.append(title)
            draw(block)
        }
        return text.joined(separator: "\n")
    }

    private mutating func draw(_ block: Block) {
        let qubits = block.usedQubits.sorted()
        guard !qubits.isEmpty else {
            text.append(block.isEmpty ? "(nothing)" : "(classical statements only)")
            return
        }
        var rows: [Qubit: Int] = [:]
        for (row, qubit) in qubits.enumerated() { rows[qubit] = row }
        let names = qubits.map(label)
        let nameWidth = names.map(\.count).max() ?? 0
        let margin = names.map { String(repeating: " ", count: nameWidth - $0.count) + $0 + ": " }
        paint(columns(of: block, rows: rows, count: qubits.count), margin: margin)
    }

    private func label(_ qubit: Qubit) -> String {
        for register in circuit.qubitRegisters where register.start..<register.start + register.count ~= qubit.index {
            return register.count == 1 ? register.name : "\(register.name)[\(qubit.index - register.start)]"
        }
        return "\(qubit.index)"
    }

    /// What one instant shows: a symbol on some rows, and the stretch of rows that lines join.
    private struct Column {
        var cells: [String?]
        /// Between row k and the next.
        var joins: [Bool]
    }

    /// Instructions side by side as early as their rows are free.
    private mutating func columns(of block: Block, rows: [Qubit: Int], count: Int) -> [Column] {
        var columns: [Column] = []
        var free = Array(repeating: 0, count: count)
        for position in block.indices {
            let symbols = symbols(for: block, at: position)
            guard let top = symbols.compactMap({ rows[$0.qubit] }).min(),
                let bottom = symbols.compactMap({ rows[$0.qubit] }).max()
            else { continue }
            let place = free[top...bottom].max() ?? 0
            while columns.count <= place {
                columns.append(
                    Column(cells: Array(repeating: nil, count: count), joins: Array(repeating: false, count: count)))
            }
            for (qubit, symbol) in symbols { if let row = rows[qubit] { columns[place].cells[row] = symbol } }
            for row in top..<bottom { columns[place].joins[row] = true }
            for row in top...bottom { free[row] = place + 1 }
        }
        return columns
    }

    private mutating func symbols(for block: Block, at position: Int) -> [(qubit: Qubit, symbol: String)] {
        let instruction = block[position]
        let qubits = Array(instruction.qubits)
        switch instruction.operation {
        case .gate(let gate):
            let names = gateSymbols(gate, instruction.parameters, count: qubits.count)
            return Array(zip(qubits, names)).map { ($0, $1) }
        case .measure(let bit): return [(qubits[0], "M" + (bit.map { "→" + label($0) } ?? ""))]
        case .reset: return [(qubits[0], "|0⟩")]
        case .barrier: return qubits.map { ($0, "░") }
        case .delay(let unit):
            let amount = instruction.parameters.first.map(number) ?? ""
            return qubits.map { ($0, "delay(\(amount) \(unit == .dt ? "dt" : "s"))") }
        case .controlFlow(let place):
            let word = nest(block.controlFlow[place])
            return qubits.map { ($0, word) }
        case .assign, .break, .continue, .end: return []
        }
    }

    private func gateSymbols(_ gate: Gate, _ parameters: Parameters, count: Int) -> [String] {
        let angles = parameters.isEmpty ? "" : "(" + parameters.map(number).joined(separator: ", ") + ")"
        guard case .standard(let standard) = gate, count > 1 else {
            let name = circuit.name(of: gate) + angles
            return count == 1 ? [name] : (0..<count).map { "\(name):\($0)" }
        }
        switch standard {
        case .cz, .ccz: return Array(repeating: "●", count: count)
        case .cp: return ["●", "p" + angles]
        case .swap: return ["×", "×"]
        case .cswap: return ["●", "×", "×"]
        case .rzz, .rxx, .ryy: return Array(repeating: standard.name + angles, count: 2)
        case .cx, .cy, .ch, .cs, .csdg, .csx, .crx, .cry, .crz, .cu, .ccx, .c3x, .c3sx, .c4x:
            let target = standard.name.drop { $0 == "c" || $0.isNumber }
            return Array(repeating: "●", count: count - 1) + [target + angles]
        default: return (0..<count).map { "\(standard.name)\(angles):\($0)" }
        }
    }

    private mutating func nest(_ statement: ControlFlow) -> String {
        let word: String
        let titles: [String]
        switch statement {
        case .branch(_, _, let otherwise):
            word = "if"
            titles = otherwise == nil ? ["then"] : ["then", "else"]
        case .switch(_, let cases, let otherwise):
            word = "switch"
            titles =
                cases.map { "case " + $0.labels.map(String.init).joined(separator: ", ") }
                + (otherwise == nil ? [] : ["default"])
        case .for: (word, titles) = ("for", ["body"])
        case .while: (word, titles) = ("while", ["body"])
        case .box: (word, titles) = ("box", ["inside"])
        }
        blockCount += 1
        let mark = "\(word)#\(blockCount)"
        for (title, block) in zip(titles, statement.blocks) { pending.append(("\(mark), \(title):", block)) }
        return mark
    }

    private func label(_ bit: ClassicalBit) -> String {
        for register in circuit.bitRegisters where register.start..<register.start + register.count ~= bit.index {
            return register.count == 1 ? register.name : "\(register.name)[\(bit.index - register.start)]"
        }
        return "\(bit.index)"
    }

    /// Four decimals; an angle that a program computes is a question mark.
    private func number(_ parameter: Parameter) -> String {
        guard let value = parameter.constant else { return "?" }
        let rounded = (value * 1e4).rounded() / 1e4
        if value != 0, abs(value) < 1e-3 { return "\(Float(value))" }
        return rounded == rounded.rounded() && abs(rounded) < 1e6 ? "\(Int(rounded))" : "\(rounded)"
    }
}

// From columns to lines of text.
extension CircuitDrawing {
    private mutating func paint(_ columns: [Column], margin: [String]) {
        let room = width - (margin.first?.count ?? 0) - 1
        var begin = 0
        while begin < columns.count {
            var end = begin, used = 0
            while end < columns.count {
                let next = columnWidth(columns[end]) + 1
                if end > begin, used + next > room { break }
                used += next
                end += 1
            }
            if begin > 0 { text.append("") }
            paint(columns[begin..<end], margin: margin)
            begin = end
        }
        if columns.isEmpty { text.append(contentsOf: margin) }
    }

    private func columnWidth(_ column: Column) -> Int { column.cells.reduce(1) { max($0, $1?.count ?? 1) } }

    private mutating func paint(_ columns: ArraySlice<Column>, margin: [String]) {
        for row in margin.indices {
            var line = margin[row], below = String(repeating: " ", count: margin[row].count)
            for column in columns {
                let width = columnWidth(column)
                let crossed = row > 0 && column.joins[row - 1] && column.joins[row]
                let symbol = column.cells[row] ?? (crossed ? "┼" : "─")
                let left = (width - symbol.count) / 2
                line += "─" + String(repeating: "─", count: left) + symbol
                line += String(repeating: "─", count: width - left - symbol.count)
                let center = (width - 1) / 2
                below += " " + String(repeating: " ", count: center) + (column.joins[row] ? "│" : " ")
                below += String(repeating: " ", count: width - center - 1)
            }
            text.append(line + "─")
            if row + 1 < margin.count {
                while below.last == " " { below.removeLast() }
                text.append(below)
            }
        }
    }
}

extension Circuit {
    /// The circuit drawn in characters, qubits in use from top to bottom, wrapped at `width` columns.
    public func drawing(width: Int = 100) -> String {
        var drawing = CircuitDrawing(self, width: width)
        return drawing.draw()
    }
}
