import Circuits

extension NumPyArray {
    /// A file (version 1.0) of bytes, row by row.
    ///
    /// - Precondition: as many as the shape has places.
    package static func file(_ bytes: [UInt8], shape: [Int]) -> [UInt8] {
        precondition(bytes.count == shape.reduce(1, *), "\(bytes.count) bytes for the shape \(shape)")
        return head("|u1", shape) + bytes
    }

    /// A file (version 1.0) of numbers, row by row.
    ///
    /// - Precondition: as many as the shape has places.
    package static func file(_ numbers: [Double], shape: [Int]) -> [UInt8] {
        precondition(numbers.count == shape.reduce(1, *), "\(numbers.count) numbers for the shape \(shape)")
        var result = head("<f8", shape)
        for number in numbers { append(number, to: &result) }
        return result
    }

    /// A file (version 1.0) of a matrix.
    static func file(_ matrix: Matrix) -> [UInt8] {
        let size = matrix.dimension
        var result = head("<c16", [size, size])
        for row in 0..<size {
            for column in 0..<size {
                let element = matrix[row, column]
                for part in [element.re, element.im] { append(part, to: &result) }
            }
        }
        return result
    }

    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(shift)))
        }
    }

    private static func head(_ type: String, _ shape: [Int]) -> [UInt8] {
        // As Python writes tuples: `()`, `(3,)`, `(3, 2)`.
        let list = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(list)), }"
        // What follows begins at a multiple of 64.
        text += String(repeating: " ", count: (64 - (text.utf8.count + 11) % 64) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
    }
}
