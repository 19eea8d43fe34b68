/// Why a text is no observable.
public struct ObservableError: Error, Hashable, Sendable {
    public var text: String
    /// Offset in characters of what could not be read.
    public var offset: Int
    public var reason: String

    /// The text with a caret under the fault.
    public var message: String {
        "\(reason)\n  \(text)\n  \(String(repeating: " ", count: offset))^"
    }
}

extension Observable {
    /// Reads `0.5*ZZI + XXI - 1.5 Z0 Z3`: terms of an optional number and either letters for all qubits (qubit 0
    /// rightmost) or letters with the number of their qubit; a number alone is a multiple of the identity.
    ///
    /// - Parameter qubitCount: the width of the program; dense strings must have it, sparse ones lie within it.
    /// - Throws: `ObservableError` with the place of the fault.
    public init(parsing text: String, qubitCount: Int) throws(ObservableError) {
        var reader = ObservableReader(text: text, qubitCount: qubitCount)
        self.init(qubitCount: qubitCount, terms: try reader.readSum())
    }
}

/// A reader by descent over the characters of one observable.
private struct ObservableReader {
    let text: String
    let qubitCount: Int
    private let characters: [Character]
    private var place = 0

    init(text: String, qubitCount: Int) {
        self.text = text
        self.qubitCount = qubitCount
        characters = Array(text)
    }

    private func fault(_ reason: String, at offset: Int? = nil) -> ObservableError {
        ObservableError(text: text, offset: offset ?? place, reason: reason)
    }

    private mutating func skipSpace() { while place < characters.count, characters[place].isWhitespace { place += 1 } }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard place < characters.count, characters[place] == character else { return false }
        place += 1
        return true
    }

    mutating func readSum() throws(ObservableError) -> [Observable.Term] {
        var terms: [Observable.Term] = []
        var sign = take("-") ? -1.0 : 1.0
        if sign > 0 { _ = take("+") }
        while true {
            terms.append(try readTerm(sign))
            skipSpace()
            if place == characters.count { return terms }
            if take("+") {
                sign = 1
            } else if take("-") {
                sign = -1
            } else {
                throw fault("expected + or - between the terms of an observable")
            }
        }
    }

    private mutating func readTerm(_ sign: Double) throws(ObservableError) -> Observable.Term {
        skipSpace()
        let factor = try readNumber()
        let starred = factor != nil && take("*")
        skipSpace()
        guard place < characters.count, "IXYZ".contains(characters[place]) else {
            guard let factor, !starred else { throw fault("expected a number or Pauli letters I, X, Y, Z") }
            return Observable.Term(sign * factor, PauliString(identity: qubitCount))
        }
        return Observable.Term(sign * (factor ?? 1), try readString())
    }

    private mutating func readNumber() throws(ObservableError) -> Double? {
        let start = place
        while place < characters.count {
            let c = characters[place]
            let isExponentSign = (c == "-" || c == "+") && place > start && "eE".contains(characters[place - 1])
            guard c.isASCII, c.isNumber || c == "." || (("eE".contains(c)) && place > start) || isExponentSign else {
                break
            }
            place += 1
        }
        if place == start { return nil }
        guard let value = Double(String(characters[start..<place])), value.isFinite else {
            throw fault("this is no number", at: start)
        }
        return value
    }

    private mutating func readString() throws(ObservableError) -> PauliString {
        let start = place
        while place < characters.count, "IXYZ".contains(characters[place]) { place += 1 }
        if place < characters.count, characters[place].isLetter {
            throw fault("'\(characters[place])' is no Pauli letter; write I, X, Y or Z")
        }
        let isSparse = place < characters.count && characters[place].isASCII && characters[place].isNumber
        if !isSparse {
            let letters = String(characters[start..<place])
            guard letters.count == qubitCount, let string = PauliString(letters) else {
                throw fault(
                    "'\(letters)' names \(letters.count) qubits but the program has \(qubitCount); write one letter a qubit, "
                        + "or letters with numbers such as Z0 Z3", at: start)
            }
            return string
        }
        place = start
        var string = PauliString(identity: qubitCount)
        while place < characters.count, "IXYZ".contains(characters[place]) {
            let letter = characters[place], letterPlace = place
            place += 1
            let digits = place
            while place < characters.count, characters[place].isASCII, characters[place].isNumber { place += 1 }
            guard let qubit = Int(String(characters[digits..<place])), qubit < qubitCount else {
                throw fault(
                    "the program has qubits 0 to \(qubitCount - 1), not '\(String(characters[digits..<place]))'",
                    at: letterPlace)
            }
            guard string[qubit] == .i else { throw fault("qubit \(qubit) occurs twice in one term", at: letterPlace) }
            string[qubit] = Pauli.allCases.first { $0.character == letter } ?? .i
            skipSpace()
            _ = take("*")
            skipSpace()
        }
        return string
    }
}
