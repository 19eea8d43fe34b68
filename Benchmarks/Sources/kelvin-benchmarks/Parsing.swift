import Circuits
import Foundation
import Languages

/// Text to circuit, lexed, typed and lowered.
enum Parsing {
    static func measure(_ path: String) {
        guard let data = FileManager.default.contents(atPath: path) else {
            print("{\"file\": \"\(path)\", \"error\": \"cannot be read\"}")
            return
        }
        let source = SourceText(name: path, bytes: Array(data))
        var instructions = 0
        let times = seconds(repetitions: 15) {
            guard let circuit = OpenQASM.parse(source).circuit else { fatalError("\(path) does not parse") }
            instructions = circuit.body.count
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        print(
            "{\"file\": \"\(name)\", \"bytes\": \(data.count), \"instructions\": \(instructions), "
                + "\"median\": \(times.median), \"best\": \(times.best)}")
    }
}
