/// A file that a program includes, and what it declares.
public struct IncludedOutline: Sendable {
    /// From the program's directory.
    public let path: String
    public let source: SourceText
    public let outline: ProgramOutline

    /// What the program sees of it.
    public var declarations: [ProgramOutline.Declaration] { outline.declarations.filter { $0.container == nil } }
}

extension OpenQASM {
    /// The files of its own that a program includes, and those that they include, each once, in the order of the text.
    ///
    /// What cannot be read is left out; diagnostics say why.
    public static func includedOutlines(of outline: ProgramOutline, _ reader: IncludeReader) -> [IncludedOutline] {
        var found: [IncludedOutline] = []
        var total = 0
        var seen: Set<String> = []
        func follow(_ outline: ProgramOutline, _ includer: String?, depth: Int) {
            if depth > IncludeReader.depthLimit { return }
            for file in outline.includes where StandardLibrary.gates(include: file) == nil {
                guard seen.count < IncludeReader.countLimit,
                    let path = IncludeReader.path(of: file, includedBy: includer), seen.insert(path).inserted,
                    case .bytes(let bytes) = reader.read(path), total + bytes.count <= IncludeReader.totalLimit
                else { continue }
                total += bytes.count
                let source = SourceText(name: path, bytes: bytes)
                let inner = OpenQASM.outline(source)
                follow(inner, path, depth: depth + 1)
                found.append(IncludedOutline(path: path, source: source, outline: inner))
            }
        }
        follow(outline, nil, depth: 1)
        return found
    }
}
