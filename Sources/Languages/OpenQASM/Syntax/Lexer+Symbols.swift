extension Lexer {
    @inline(__always)
    mutating func symbol(_ first: UInt8, _ token: inout Token) {
        switch first {
        case UInt8(ascii: "["): single(.leftBracket, &token)
        case UInt8(ascii: "]"): single(.rightBracket, &token)
        case UInt8(ascii: ","): single(.comma, &token)
        case UInt8(ascii: ";"): single(.semicolon, &token)
        case UInt8(ascii: "("): single(.leftParenthesis, &token)
        case UInt8(ascii: ")"): single(.rightParenthesis, &token)
        case UInt8(ascii: "{"): single(.leftBrace, &token)
        case UInt8(ascii: "}"): single(.rightBrace, &token)
        case UInt8(ascii: ":"): single(.colon, &token)
        default: operatorSymbol(first, &token)
        }
    }

    @inline(__always)
    private mutating func single(_ kind: Token.Kind, _ token: inout Token) {
        token.kind = kind
        position += 1
    }

    private mutating func operatorSymbol(_ first: UInt8, _ token: inout Token) {
        let second = byte(position + 1)
        let third = byte(position + 2)
        let equals = UInt8(ascii: "=")
        func take(_ kind: Token.Kind, _ length: Int) {
            token.kind = kind
            position += length
        }
        func compound(_ operation: SyntaxOperator, _ length: Int) {
            token.value = UInt64(operation.rawValue)
            take(.compoundAssignment, length)
        }
        switch first {
        case UInt8(ascii: "-"):
            if second == UInt8(ascii: ">") {
                take(.arrow, 2)
            } else if second == equals {
                compound(.subtract, 2)
            } else {
                take(.minus, 1)
            }
        case UInt8(ascii: "+"):
            if second == first {
                take(.doublePlus, 2)
            } else if second == equals {
                compound(.add, 2)
            } else {
                take(.plus, 1)
            }
        case UInt8(ascii: "*"):
            if second == first {
                third == equals ? compound(.power, 3) : take(.doubleAsterisk, 2)
            } else if second == equals {
                compound(.multiply, 2)
            } else {
                take(.asterisk, 1)
            }
        case UInt8(ascii: "/"): second == equals ? compound(.divide, 2) : take(.slash, 1)
        case UInt8(ascii: "%"): second == equals ? compound(.remainder, 2) : take(.percent, 1)
        case UInt8(ascii: "|"):
            if second == first {
                take(.doublePipe, 2)
            } else if second == equals {
                compound(.bitOr, 2)
            } else {
                take(.pipe, 1)
            }
        case UInt8(ascii: "&"):
            if second == first {
                take(.doubleAmpersand, 2)
            } else if second == equals {
                compound(.bitAnd, 2)
            } else {
                take(.ampersand, 1)
            }
        case UInt8(ascii: "^"): second == equals ? compound(.bitXor, 2) : take(.caret, 1)
        case UInt8(ascii: "~"): take(.tilde, 1)
        case UInt8(ascii: "!"): second == equals ? take(.notEquals, 2) : take(.exclamation, 1)
        case equals: second == equals ? take(.doubleEquals, 2) : take(.equals, 1)
        case UInt8(ascii: "<"):
            if second == first {
                third == equals ? compound(.shiftLeft, 3) : take(.shiftLeft, 2)
            } else {
                second == equals ? take(.lessOrEqual, 2) : take(.less, 1)
            }
        case UInt8(ascii: ">"):
            if second == first {
                third == equals ? compound(.shiftRight, 3) : take(.shiftRight, 2)
            } else {
                second == equals ? take(.greaterOrEqual, 2) : take(.greater, 1)
            }
        case UInt8(ascii: "."):
            if CharacterClass(second) == .digit { number(&token) } else { take(.dot, 1) }
        case UInt8(ascii: "@"): take(.at, 1)
        case UInt8(ascii: "#"): take(.hash, 1)
        case UInt8(ascii: "$"): hardwareQubit(&token)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): string(first, &token)
        default:
            token.kind = .invalid
            diagnostics.append(
                Diagnostic(
                    .character, "'\(Unicode.Scalar(first))' is no part of the language",
                    at: .init(position..<position + 1)))
            position += 1
        }
    }

    private mutating func hardwareQubit(_ token: inout Token) {
        let start = position
        position += 1
        var index: UInt64 = 0
        while CharacterClass(byte(position)) == .digit {
            index = min(index * 10 + UInt64(byte(position) - UInt8(ascii: "0")), 1 << 40)
            position += 1
        }
        token.kind = .hardwareQubit
        token.value = index
        if position == start + 1 || index >= UInt64(Int32.max) {
            token.kind = .invalid
            diagnostics.append(
                Diagnostic(
                    .character, "'$' names a physical qubit by its number", at: .init(start..<position),
                    cure: "write $0"))
        }
    }
}
