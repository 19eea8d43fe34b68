package import Circuits

/// An array of numbers in NumPy's `.npy` format, versions 1 and 2.
///
/// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
package struct NumPyArray {
    package var shape: [Int]
    /// Row by row.
    package var elements: [Complex]

    /// Reads a file.
    ///
    /// - Throws: `QPYError` with the place in it.
    package init(bytes: [UInt8]) throws(QPYError) {
        try self.init(ByteCursor(bytes))
    }

    init(_ cursor: ByteCursor) throws(QPYError) {
        var cursor = cursor
        guard try cursor.take(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else {
            throw cursor.fault("an array does not begin as a .npy file does")
        }
        let major = try cursor.byte()
        _ = try cursor.byte()
        let length =
            major == 1
            ? Int(try cursor.integer(UInt16.self, isLittleEndian: true))
            : Int(try cursor.integer(UInt32.self, isLittleEndian: true))
        let header = try cursor.text(length).filter { $0 != " " }
        guard let type = Self.entry("descr", in: header)?.dropFirst().prefix(while: { $0 != "'" }),
            let order = Self.entry("fortran_order", in: header),
            let list = Self.entry("shape", in: header)?.dropFirst().prefix(while: { $0 != ")" })
        else { throw cursor.fault("the header of an array cannot be read") }
        shape = []
        for part in list.split(separator: ",") {
            guard let size = Int(part), size >= 0 else { throw cursor.fault("the shape of an array cannot be read") }
            shape.append(size)
        }
        var count = 1
        for size in shape.contains(0) ? [0] : shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, product <= cursor.remaining else {
                throw cursor.fault("an array is longer than its bytes")
            }
            count = product
        }
        elements = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try Self.element(&cursor, type: String(type))) }
        if order.hasPrefix("True"), shape.count > 1 { elements = Self.byRow(elements, shape) }
    }

    /// Elements whose first index runs fastest, turned around.
    private static func byRow(_ elements: [Complex], _ shape: [Int]) -> [Complex] {
        elements.indices.map { place in
            var rest = place, source = 0
            for axis in shape.indices.reversed() {
                source += rest % shape[axis] * shape[..<axis].reduce(1, *)
                rest /= shape[axis]
            }
            return elements[source]
        }
    }

    private static func entry(_ key: String, in header: String) -> Substring? {
        header.firstRange(of: "'\(key)':").map { header[$0.upperBound...] }
    }

    private static func element(_ cursor: inout ByteCursor, type: String) throws(QPYError) -> Complex {
        let little = !type.hasPrefix(">")
        switch type.dropFirst() {
        case "c16":
            let re = try cursor.double(isLittleEndian: little)
            return Complex(re, try cursor.double(isLittleEndian: little))
        case "c8":
            let re = Float(bitPattern: try cursor.integer(UInt32.self, isLittleEndian: little))
            return Complex(
                Double(re), Double(Float(bitPattern: try cursor.integer(UInt32.self, isLittleEndian: little))))
        case "f8": return Complex(try cursor.double(isLittleEndian: little))
        case "f4": return Complex(Double(Float(bitPattern: try cursor.integer(UInt32.self, isLittleEndian: little))))
        case "i8": return Complex(Double(try cursor.integer(Int64.self, isLittleEndian: little)))
        case "i4": return Complex(Double(try cursor.integer(Int32.self, isLittleEndian: little)))
        case "u1", "b1": return Complex(Double(try cursor.byte()))
        default: throw cursor.fault("arrays of type '\(type)' are not read")
        }
    }
}
