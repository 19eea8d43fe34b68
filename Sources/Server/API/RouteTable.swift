import Foundation
import HTTPTypes

/// All routes, found by path.
struct RouteTable: Sendable {
    let routes: [Route]
    /// By number of segments.
    private let shelves: [Int: [(segments: [Substring], routes: [Int])]]
    /// Those whose last parameter takes all that follows.
    private let tails: [(segments: [Substring], routes: [Int])]

    init(_ routes: [Route]) {
        self.routes = routes
        var shelves: [Int: [(segments: [Substring], routes: [Int])]] = [:]
        for (index, route) in routes.enumerated() {
            let segments = route.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            if let place = shelves[segments.count]?.firstIndex(where: { $0.segments == segments }) {
                shelves[segments.count]?[place].routes.append(index)
            } else {
                shelves[segments.count, default: []].append((segments, [index]))
            }
        }
        // Words come before parameters: /v1/jobs/check is no job.
        self.shelves = shelves.mapValues { shelf in
            shelf.sorted { a, b in a.segments.count { $0.first == "{" } < b.segments.count { $0.first == "{" } }
        }
        tails = self.shelves.values.joined().filter { $0.segments.last?.hasSuffix("+}") == true }
            .sorted { $0.segments.count > $1.segments.count }
    }

    /// - Throws: a problem where there is no such path, or no such method on it.
    func match(_ method: HTTPRequest.Method, _ path: String) throws -> (Route, [String: String]) {
        var words: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let word = segment.utf8.contains(0x25) ? String(segment).removingPercentEncoding : String(segment),
                !word.utf8.contains(0), !word.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
            else { throw Problem(.notFound, "the path is no path") }
            words.append(word)
        }
        let longer = tails.filter { $0.segments.count < words.count }
        for (segments, indices) in (shelves[words.count] ?? []) + longer {
            guard let parameters = Self.parameters(words, segments) else { continue }
            let wanted = method == .head ? .get : method
            guard let index = indices.first(where: { routes[$0].method == wanted }) else {
                let allowed = indices.map { routes[$0].method.rawValue }.joined(separator: ", ")
                throw Problem(.methodNotAllowed, "\(method.rawValue) means nothing here").header(.allow, allowed)
            }
            return (routes[index], parameters)
        }
        throw Problem(.notFound, "there is nothing at \(path.clipped)")
    }

    /// What stands in a path's places; nil where it is another path.
    private static func parameters(_ words: [String], _ segments: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (place, segment) in segments.enumerated() {
            var word = words[place]
            guard segment.first == "{" else {
                guard segment == word[...] else { return nil }
                continue
            }
            var name = segment.dropFirst().dropLast()
            if name.last == "+" {
                name = name.dropLast()
                if place == segments.count - 1 { word = words[place...].joined(separator: "/") }
            } else if word.contains("/") {
                return nil
            }
            if word.isEmpty { return nil }
            parameters[String(name)] = word
        }
        return parameters
    }
}
