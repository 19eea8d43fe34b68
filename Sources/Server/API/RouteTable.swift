import Foundation
import HTTPTypes

/// All routes, found by path.
struct RouteTable: Sendable {
    let routes: [Route]
    /// By number of segments.
    private let shelves: [Int: [(segments: [Substring], routes: [Int])]]

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
    }

    /// - Throws: a problem where there is no such path, or no such method on it.
    func match(_ method: HTTPRequest.Method, _ path: String) throws -> (Route, [String: String]) {
        var words: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let word = segment.utf8.contains(0x25) ? String(segment).removingPercentEncoding : String(segment),
                !word.utf8.contains(0), !word.contains("/"), word != ".", word != ".."
            else { throw Problem(.notFound, "the path is no path") }
            words.append(word)
        }
        for (segments, indices) in shelves[words.count] ?? [] {
            guard zip(segments, words).allSatisfy({ $0.first == "{" ? !$1.isEmpty : $0 == $1[...] }) else { continue }
            let wanted = method == .head ? .get : method
            guard let index = indices.first(where: { routes[$0].method == wanted }) else {
                let allowed = indices.map { routes[$0].method.rawValue }.joined(separator: ", ")
                throw Problem(.methodNotAllowed, "\(method.rawValue) means nothing here").header(.allow, allowed)
            }
            var parameters: [String: String] = [:]
            for (segment, word) in zip(segments, words) where segment.first == "{" {
                parameters[String(segment.dropFirst().dropLast())] = word
            }
            return (routes[index], parameters)
        }
        throw Problem(.notFound, "there is nothing at \(path.clipped)")
    }
}
