import Crypto

/// The secret that opens the API to callers from other machines.
package struct BearerToken: Sendable {
    private let digest: SHA256Digest

    /// - Parameter text: as it stands in its file, without the line feed.
    package init(_ text: String) {
        digest = SHA256.hash(data: Array(text.utf8))
    }

    /// Compares digests: how long it takes says nothing about the token.
    func opens(_ authorization: String?) -> Bool {
        guard let authorization, let space = authorization.firstIndex(of: " "),
            authorization[..<space].lowercased() == "bearer"
        else { return false }
        return SHA256.hash(data: Array(authorization[authorization.index(after: space)...].utf8)) == digest
    }
}
