// The containers of `SortedJSON`: each writes where its writer stands.

extension SortedJSON {
    struct Object<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let writer: SortedJSON
        var codingPath: [any CodingKey] { [] }

        private func put(_ key: Key, _ body: () throws -> Void) throws {
            try writer.beginObject()
            try writer.writeMember(key.stringValue, body)
        }

        func encodeNil(forKey key: Key) throws { try put(key) { writer.writeNull() } }
        func encode(_ value: Bool, forKey key: Key) throws { try put(key) { writer.write(flag: value) } }
        func encode(_ value: String, forKey key: Key) throws { try put(key) { writer.write(text: value) } }
        func encode(_ value: Double, forKey key: Key) throws { try put(key) { try writer.write(real: value) } }
        func encode(_ value: Float, forKey key: Key) throws { try put(key) { try writer.write(real: value) } }
        func encode(_ value: Int, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: Int8, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: Int16, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: Int32, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: Int64, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: UInt, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: UInt8, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: UInt16, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: UInt32, forKey key: Key) throws { try put(key) { writer.write(number: value) } }
        func encode(_ value: UInt64, forKey key: Key) throws { try put(key) { writer.write(number: value) } }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try put(key) { try writer.write(value) }
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Object<Nested>(writer: writer.refusing)) }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { List(writer: writer.refusing) }

        func superEncoder() -> any Encoder { writer.refusing }
        func superEncoder(forKey key: Key) -> any Encoder { writer.refusing }
    }

    struct List: UnkeyedEncodingContainer {
        let writer: SortedJSON
        var codingPath: [any CodingKey] { [] }
        private(set) var count = 0

        init(writer: SortedJSON) { self.writer = writer }

        private mutating func next() {
            if count > 0 { writer.separate() }
            count += 1
        }

        mutating func encodeNil() throws {
            next()
            writer.writeNull()
        }

        mutating func encode<Value: Encodable>(_ value: Value) throws {
            next()
            try writer.write(value)
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Object<Nested>(writer: writer.refusing)) }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { List(writer: writer.refusing) }
        mutating func superEncoder() -> any Encoder { writer.refusing }
    }

    struct Single: SingleValueEncodingContainer {
        let writer: SortedJSON
        var codingPath: [any CodingKey] { [] }

        private func put(_ body: () throws -> Void) throws {
            try writer.beginValue()
            try body()
        }

        func encodeNil() throws { try put { writer.writeNull() } }
        func encode(_ value: Bool) throws { try put { writer.write(flag: value) } }
        func encode(_ value: String) throws { try put { writer.write(text: value) } }
        func encode(_ value: Double) throws { try put { try writer.write(real: value) } }
        func encode(_ value: Float) throws { try put { try writer.write(real: value) } }
        func encode(_ value: Int) throws { try put { writer.write(number: value) } }
        func encode(_ value: Int8) throws { try put { writer.write(number: value) } }
        func encode(_ value: Int16) throws { try put { writer.write(number: value) } }
        func encode(_ value: Int32) throws { try put { writer.write(number: value) } }
        func encode(_ value: Int64) throws { try put { writer.write(number: value) } }
        func encode(_ value: UInt) throws { try put { writer.write(number: value) } }
        func encode(_ value: UInt8) throws { try put { writer.write(number: value) } }
        func encode(_ value: UInt16) throws { try put { writer.write(number: value) } }
        func encode(_ value: UInt32) throws { try put { writer.write(number: value) } }
        func encode(_ value: UInt64) throws { try put { writer.write(number: value) } }
        func encode<Value: Encodable>(_ value: Value) throws { try put { try writer.write(value) } }
    }
}
