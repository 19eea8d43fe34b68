import FoundationEssentials

/// JSON as the command line prints it: keys sorted, so that equal values are equal bytes.
package enum JSON {
    package static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            // Documents hold finite numbers and strings alone; a NaN among them is our fault.
            preconditionFailure("a document could not be encoded: \(error)")
        }
    }
}
