internal import Operations

/// The blocks of a configuration, found by name without looking at each of ten thousand.
struct SSHConfigIndex {
    /// Every name that becomes a node, in the order of the file.
    private(set) var aliases: [(name: String, at: SourcePosition)] = []
    private let blocks: [SSHConfigBlock]
    private var byName: [String: [Int]] = [:]
    /// Blocks with a wildcard, or without a condition.
    private var wide: [Int] = []

    init(_ blocks: [SSHConfigBlock]) {
        self.blocks = blocks
        var seen: Set<String> = []
        for (index, block) in blocks.enumerated() {
            for alias in block.aliases where seen.insert(alias.name).inserted { aliases.append(alias) }
            guard !block.options.isEmpty else { continue }
            let patterns = block.conditions.last ?? []
            let isPlain =
                !patterns.isEmpty && !patterns.contains { $0.contains("*") || $0.contains("?") || $0.hasPrefix("!") }
            if isPlain {
                for name in patterns { byName[name, default: []].append(index) }
            } else {
                wide.append(index)
            }
        }
    }

    /// The options of all blocks that match, the first of each key.
    func values(for name: String) -> [String: SSHConfigOption] {
        var values: [String: SSHConfigOption] = [:]
        for index in ((byName[name] ?? []) + wide).sorted() {
            let block = blocks[index]
            guard block.conditions.allSatisfy({ SSHPattern.list($0, matches: name) }) else { continue }
            for option in block.options where values[option.key] == nil { values[option.key] = option }
        }
        return values
    }
}

/// The patterns of `Host` lines.
enum SSHPattern {
    /// One of the patterns matches and none with `!` does.
    static func list(_ patterns: [String], matches name: String) -> Bool {
        var found = false
        for pattern in patterns {
            if pattern.hasPrefix("!") {
                if matches(String(pattern.dropFirst()), name) { return false }
            } else if !found {
                found = matches(pattern, name)
            }
        }
        return found
    }

    /// `*` is any text, `?` one character; costs no more than the product of the lengths.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let name = Array(name.utf8)
        var (p, n) = (0, 0)
        var star: (p: Int, n: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = star {
                star = (last.p, last.n + 1)
                p = last.p + 1
                n = last.n + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
