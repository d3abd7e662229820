/// What a node is asked to run. A command is data; `ShellQuoting` is the only writer of shell text.
package enum Command: Hashable, Sendable {
    /// An operator's words, joined by one space, for the node's log-in shell, as `ssh host words…` does.
    case loginShell(String)
    /// One of our own POSIX scripts, run under `sh` whatever the log-in shell is; `arguments` become `$1`, `$2`, ….
    case script(String, arguments: [String] = [])
    /// A word for a forced command (the gate, the seed's `pop` line): sent as it is, without any wrapper.
    case verb(String)
}

/// The one place that writes shell text.
package enum ShellQuoting {
    /// The word for a POSIX shell: bare where it is plain, else in single quotes.
    package static func quote(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            NameRule.isNameByte(byte) || "/=:,+@%".utf8.contains(byte)
        }
        guard !plain || word.isEmpty else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The words as one command line.
    package static func line(_ words: [String]) -> String {
        words.map(quote).joined(separator: " ")
    }
}
