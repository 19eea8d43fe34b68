package import Kernel

extension ServiceClient {
    /// `acme/lab` or `acme/alice` as the two parts of a path.
    package func halves(_ text: String) throws(KernelError) -> (organisation: String, name: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 2, words.allSatisfy({ !$0.isEmpty }) else {
            throw KernelError(
                .program, code: "client.path", "'\(text)' is not of the form ORGANISATION/NAME",
                cure: "`kelvin admin` lists organisations, projects and users")
        }
        return (Self.segment(String(words[0])), Self.segment(String(words[1])))
    }
}
