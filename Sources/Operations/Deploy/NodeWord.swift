import FleetModel

/// Writes any bytes as one word of a POSIX shell script.
enum NodeWord {
    static func word(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return ShellQuoting.quote(text) }
        // A script of ours is text, so bytes that are none are made by printf. Runs of them only: a command
        // substitution would drop a newline at its end, and a newline is never in such a run.
        var word = ""
        var rest = bytes[...]
        while let first = rest.first {
            let run = rest.prefix { ($0 < 0x80) == (first < 0x80) }
            rest = rest.dropFirst(run.count)
            word += first < 0x80 ? ShellQuoting.quote(String(decoding: run, as: UTF8.self)) : made(run)
        }
        return word
    }

    private static func made(_ run: ArraySlice<UInt8>) -> String {
        "\"$(printf %b '" + run.map { "\\0" + String($0, radix: 8) }.joined() + "')\""
    }
}
