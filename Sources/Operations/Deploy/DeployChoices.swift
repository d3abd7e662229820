package import FleetModel

/// Permission bits as an operator writes them: three or four octal digits.
package struct FileMode: Hashable, Sendable {
    package let bits: UInt16

    /// - Throws: `UsageError` (`usage.bad_mode`).
    package init(_ text: String) throws(UsageError) {
        let isOctal = (3...4).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x37).contains($0) }
        guard isOctal, let bits = UInt16(text, radix: 8) else {
            throw UsageError(
                "bad_mode",
                "“\(text.quotedForMessage)” is no file mode",
                advice: "write it as 644, 0755 or 4755"
            )
        }
        self.bits = bits
    }
}

/// An owner as an operator writes it: `user`, `user:group` or `:group`, by name or number.
package struct FileOwner: Hashable, Sendable {
    package let text: String

    /// - Throws: `UsageError` (`usage.bad_owner`).
    package init(_ text: String) throws(UsageError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isRight =
            parts.contains { !$0.isEmpty } && parts.allSatisfy { $0.isEmpty || (try? UserName(String($0))) != nil }
        // `user:` means the user's own group to chown, which no survey can compare.
        guard isRight, !text.hasSuffix(":") else {
            throw UsageError(
                "bad_owner",
                "“\(text.quotedForMessage)” is no owner",
                advice: "write it as user, user:group or :group"
            )
        }
        self.text = text
    }
}
