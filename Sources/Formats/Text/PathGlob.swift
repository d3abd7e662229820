internal import FleetModel
internal import Operations

/// Patterns of paths as Go's `filepath.Glob` has them: `*`, `?`, `[a-z]`, `[^x]` and `\` within one part of the path.
struct PathGlob {
    private let parts: [String]
    private let isAbsolute: Bool

    /// - `folder`: what a relative pattern begins in.
    init(_ pattern: String, in folder: String) {
        let whole = pattern.hasPrefix("/") ? pattern : (folder.isEmpty ? pattern : folder + "/" + pattern)
        isAbsolute = whole.hasPrefix("/")
        var parts: [String] = []
        for part in whole.split(separator: "/").map(String.init) where part != "." {
            if part == "..", let last = parts.last, last != "..", !Self.isPattern(last) {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        self.parts = parts
    }

    private static func isPattern(_ part: String) -> Bool { part.contains { "*?[\\".contains($0) } }

    /// The paths that are there, sorted.
    ///
    /// - Throws: what `files` throws; `usage.bad_pattern`.
    func paths(in files: some FileTree) throws -> [String] {
        var found = [isAbsolute ? "/" : ""]
        for part in parts {
            var next: [String] = []
            for folder in found {
                let prefix = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
                guard Self.isPattern(part) else {
                    if files.kind(of: prefix + part) != nil { next.append(prefix + part) }
                    continue
                }
                guard files.kind(of: folder.isEmpty ? "." : folder) == .folder else { continue }
                let pattern = try Self.pattern(part)
                let names = try files.entries(of: folder.isEmpty ? "." : folder).filter(pattern.matches(whole:))
                next += names.sorted { $0.isBefore($1) }.map { prefix + $0 }
            }
            found = next
        }
        return found
    }

    private static func pattern(_ part: String) throws(UsageError) -> Pattern {
        var expression = ""
        var isEscaped = false
        var isInClass = false
        for character in part {
            if isEscaped || !"*?[]\\^-".contains(character) {
                expression += character.isLetter || character.isNumber ? String(character) : "\\" + String(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if isInClass {
                expression.append(character)
                isInClass = character != "]"
            } else {
                isInClass = character == "["
                let plain = character == "[" || character == "]" ? String(character) : "\\" + String(character)
                expression += character == "*" ? ".*" : character == "?" ? "." : plain
            }
        }
        do throws(PatternError) {
            return try Pattern(expression, flags: .dotMatchesAll)
        } catch {
            throw UsageError("bad_pattern", "“\(part.quotedForMessage)” is no pattern of paths")
        }
    }
}
