/// The words of a call, put in the order that the parser wants.
///
/// Two habits of operators are not the parser's: common options before the command's name (`flotilla -o json list`), and
/// a remote command whose own options begin with `-` (`exec web-1 uptime -p`): our options end at its first word.
package struct Invocation: Equatable, Sendable {
    package var words: [String]

    /// - Parameter arguments: everything after the program's name.
    package init(_ arguments: [String]) {
        let (common, rest) = Self.leadingOptions(arguments)
        guard let passing = Self.passThrough(rest) else {
            self.words = Self.inserted(common, after: Self.commandDepth(rest), in: rest)
            return
        }
        self.words = Self.inserted(common, after: passing.depth, in: Self.terminated(rest, passing))
    }

    /// Under the name `pop`: `pop --fleet COMMAND …` is `flotilla COMMAND …`; nil means the node's own `pop` is meant.
    package static func fleetArguments(ofPop arguments: [String]) -> [String]? {
        guard arguments.first == "--fleet" else { return nil }
        return Array(arguments.dropFirst())
    }

    /// Commands that end in words for the node, with the number of our own arguments before those words.
    private struct PassThrough {
        var depth: Int
        var positionals: Int
    }

    private static let valueOptions: Set<String> = [
        "--home", "--output", "-o", "--config", "--timeout", "--fanout", "--stdin", "--outdir", "--pick", "--seed",
        "--sudo-user", "--connect-timeout", "--idle-timeout",
    ]
    private static let commonFlags: Set<String> = [
        "--quiet", "-q", "--verbose", "-v", "--no-color", "--yes", "-y", "--accept-new-host-keys", "--allow-empty",
    ]

    private static func leadingOptions(_ arguments: [String]) -> (common: [String], rest: [String]) {
        var common: [String] = []
        var rest = arguments[...]
        while let word = rest.first, word.hasPrefix("-") {
            let takesValue = valueOptions.contains(word)
            guard takesValue || commonFlags.contains(word) || word.contains("=") else { break }
            common.append(contentsOf: rest.prefix(takesValue ? 2 : 1))
            rest = rest.dropFirst(takesValue ? 2 : 1)
        }
        return (common, Array(rest))
    }

    private static func passThrough(_ words: [String]) -> PassThrough? {
        switch (words.first, words.dropFirst().first) {
        case ("exec", _): PassThrough(depth: 1, positionals: 1)
        case ("exec-all", _): PassThrough(depth: 1, positionals: 0)
        case ("group", "exec"): PassThrough(depth: 2, positionals: 1)
        default: nil
        }
    }

    private static func commandDepth(_ words: [String]) -> Int {
        words.prefix { !$0.hasPrefix("-") }.isEmpty ? 0 : 1
    }

    private static func terminated(_ words: [String], _ passing: PassThrough) -> [String] {
        var index = passing.depth
        var left = passing.positionals
        while index < words.count {
            let word = words[index]
            if word == "--" {
                // The terminator may stand before our own last argument as well: what is left of those comes first.
                guard left > 0 else { return words }
                return Array(words[..<index]) + Array(words[(index + 1)...].prefix(left)) + ["--"]
                    + Array(words[(index + 1)...].dropFirst(left))
            }
            if word.hasPrefix("-"), word != "-" {
                index += valueOptions.contains(word) ? 2 : 1
            } else if left > 0 {
                left -= 1
                index += 1
            } else {
                return Array(words[..<index]) + ["--"] + Array(words[index...])
            }
        }
        return words
    }

    private static func inserted(_ common: [String], after depth: Int, in words: [String]) -> [String] {
        Array(words.prefix(depth)) + common + Array(words.dropFirst(depth))
    }
}
