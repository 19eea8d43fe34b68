import HTTPTypes

extension Call {
    /// Which of some forms the caller would rather have; the first where all are alike.
    ///
    /// - Throws: `not-acceptable` where none will do (RFC 9110, section 12.5.1).
    func accepted(_ forms: [String]) throws -> String {
        let wishes = request.headerFields[values: .accept].joined(separator: ",").split(separator: ",").map(Wish.init)
        if wishes.isEmpty { return forms[0] }
        let weighed = forms.map { form in
            (form: form, weight: wishes.filter { $0.matches(form) }.max { $0.precision < $1.precision }?.weight ?? 0)
        }
        guard let best = weighed.map(\.weight).max(), best > 0,
            let form = weighed.first(where: { $0.weight == best })?.form
        else {
            throw Problem(.notAcceptable, "there is \(forms.joined(separator: " and "))")
        }
        return form
    }
}

/// A form that a caller would take, with how much it would like it.
private struct Wish {
    private let form: String
    let weight: Double

    init(_ text: Substring) {
        let words = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        form = words.first ?? ""
        let quality = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
        weight = min(1, max(0, quality ?? 1))
    }

    func matches(_ other: String) -> Bool {
        form == "*/*" || form == other || form.hasSuffix("/*") && other.hasPrefix(form.dropLast())
    }

    /// What is said of one form counts for more than what is said of many.
    var precision: Int { form == "*/*" ? 0 : form.hasSuffix("/*") ? 1 : 2 }
}
