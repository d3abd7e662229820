internal import FleetModel
internal import Operations

/// One option of a block.
struct SSHConfigOption {
    /// In lower case.
    var key: String
    var value: String
    /// The place in the whole configuration; the lower one wins.
    var order: Int
    var at: SourcePosition
}

/// The options under one `Host` line.
struct SSHConfigBlock {
    /// Every one of these pattern lists must match; more than one where a file is included inside a block.
    var conditions: [[String]]
    var options: [SSHConfigOption]
    /// Names without a wildcard on the `Host` line itself.
    var aliases: [(name: String, at: SourcePosition)]
}

/// The text of an ssh configuration as blocks, included files in their place.
struct SSHConfigBlocks<Files: FileTree> {
    private(set) var blocks: [SSHConfigBlock] = [SSHConfigBlock(conditions: [], options: [], aliases: [])]
    private(set) var mistakes: [InventoryMistake] = []
    private let files: Files
    private var order = 0

    init(files: Files) {
        self.files = files
    }

    /// - Throws: what `files` throws.
    mutating func read(_ text: String, path: String, outer: [[String]] = [], depth: Int = 0) throws {
        for (index, raw) in TextLines.split(text).enumerated() {
            let line = raw.trimmed
            guard let first = line.first, first != "#" else { continue }
            let column = raw.prefix(while: \.isWhitespace).count + 1
            let at = SourcePosition(file: path, line: index + 1, column: column)
            let key = line.prefix { !$0.isWhitespace && $0 != "=" && $0 != "\"" }
            let rest = line[key.endIndex...].drop { $0.isWhitespace || $0 == "=" }
            try read(key.lowercased(), rest, at: at, outer: outer, depth: depth)
        }
    }

    private mutating func read(
        _ key: String,
        _ rest: Substring,
        at position: SourcePosition,
        outer: [[String]],
        depth: Int
    ) throws {
        guard let words = try? ShellWords.split(rest), !words.isEmpty else {
            return refuse("“\(key.quotedForMessage)” has no value, or a quote that is not closed", at: position)
        }
        switch key {
        case "host": begin(words, at: position, outer: outer)
        case "match" where words.map({ $0.text.lowercased() }) == ["all"]:
            blocks.append(SSHConfigBlock(conditions: outer, options: [], aliases: []))
        case "match":
            let what = rest.trimmed
            let advice = "only “Match all” can be imported: write the options into Host blocks"
            refuse(
                "“Match \(String(what).quotedForMessage)” depends on the moment of the call",
                advice: advice,
                at: position
            )
            blocks.append(SSHConfigBlock(conditions: outer + [[]], options: [], aliases: []))
        case "include":
            for word in words { try include(word.text, at: position, depth: depth) }
        default:
            order += 1
            // A command is the rest of the line, quotes and all; everything else is one word.
            let value = key == "proxycommand" ? String(rest.trimmed) : words[0].text
            blocks[blocks.count - 1].options.append(
                SSHConfigOption(key: key, value: value, order: order, at: position)
            )
        }
    }

    private mutating func begin(_ words: [ShellWords.Word], at position: SourcePosition, outer: [[String]]) {
        let patterns = words.map(\.text)
        let aliases = patterns.filter { !$0.contains("*") && !$0.contains("?") && !$0.hasPrefix("!") }
        blocks.append(
            SSHConfigBlock(
                conditions: outer + [patterns],
                options: [],
                aliases: aliases.map { ($0, position) }
            )
        )
    }

    /// Relative paths are beside the file itself; `*` and `?` may stand in the last part of a path.
    private mutating func include(_ pattern: String, at position: SourcePosition, depth: Int) throws {
        guard depth < 16 else { return refuse("includes are nested deeper than 16 files", at: position) }
        let outside = blocks[blocks.count - 1].conditions
        let isAbsolute = pattern.hasPrefix("/") || pattern.hasPrefix("~")
        let path = isAbsolute ? pattern : TextPath.join(TextPath.folder(of: position.file), pattern)
        for file in try matches(of: path) {
            let bytes = try files.contents(of: file, limit: InventoryReading.fileLimit)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                mistakes += InventoryReading.notUTF8(bytes, path: file).mistakes
                continue
            }
            blocks.append(SSHConfigBlock(conditions: outside, options: [], aliases: []))
            try read(text, path: file, outer: outside, depth: depth + 1)
        }
        blocks.append(SSHConfigBlock(conditions: outside, options: [], aliases: []))
    }

    private func matches(of path: String) throws -> [String] {
        let name = TextPath.name(of: path)
        guard name.contains("*") || name.contains("?") else { return files.kind(of: path) == .file ? [path] : [] }
        let folder = TextPath.folder(of: path)
        guard files.kind(of: folder) == .folder else { return [] }
        return try files.entries(of: folder).sorted()
            .filter { SSHPattern.matches(name, $0) && (!$0.hasPrefix(".") || name.hasPrefix(".")) }
            .map { TextPath.join(folder, $0) }
            .filter { files.kind(of: $0) == .file }
    }

    private mutating func refuse(_ problem: String, advice: String? = nil, at position: SourcePosition) {
        mistakes.append(InventoryMistake(problem, advice: advice, at: position))
    }
}
