import Testing

@testable import LanguageServer

@Suite struct MessageReaderTests {
    /// The frames of a text that comes in pieces of a size.
    private func frames(_ text: String, pieces: Int) -> [MessageReader.Frame] {
        var rest = Array(text.utf8)[...]
        var reader = MessageReader {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(pieces)
            return piece
        }
        var frames: [MessageReader.Frame] = []
        while let frame = reader.next() { frames.append(frame) }
        return frames
    }

    private func message(_ text: String) -> MessageReader.Frame { .message(Array(text.utf8)) }

    @Test(arguments: [1, 2, 7, 1000])
    func messagesInPieces(_ pieces: Int) {
        let text =
            "Content-Length: 2\r\n\r\n{}content-type: x; charset=utf-8\r\nCONTENT-LENGTH:  5\r\n\r\n\"π{\"Content-Length: 0\n\n"
        #expect(frames(text, pieces: pieces) == [message("{}"), message("\"π{\""), message("")])
    }

    @Test(arguments: [
        "Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: 99999999999999999999\r\n\r\n",
        "Content-Length:\r\n\r\n", "Content-Type: x\r\n\r\n", "hello\r\n\r\n", String(repeating: "a", count: 8193),
    ])
    func garbageIsReportedAndSkipped(_ garbage: String) {
        let found = frames(garbage + "Content-Length: 2\r\n\r\n{}", pieces: 16)
        guard case .malformed? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(found.dropFirst() == [message("{}")])
    }

    /// A promise of a terabyte takes no memory, and what comes of it is passed over.
    @Test func hugeLengths() {
        #expect(frames("Content-Length: 1000000000000\r\n\r\nabc", pieces: 4).count == 1)
        let size = MessageReader.contentLimit + 1
        let text =
            "Content-Length: \(size)\r\n\r\n" + String(repeating: " ", count: size) + "Content-Length: 2\r\n\r\n{}"
        #expect(frames(text, pieces: 1 << 16).last == message("{}"))
    }

    @Test func endWithinAMessage() {
        #expect(frames("Content-Length: 10\r\n\r\n{", pieces: 4) == [])
        #expect(frames("Content-Length: 10", pieces: 4) == [])
    }
}
