import FleetModel

/// The question what is on the node already, as a script, and the reading of its answer.
struct DeploySurvey {
    /// What was found in the place of one entry.
    enum Finding: Equatable, Sendable {
        case nothing
        /// The same kind of thing; nil where the node could not tell.
        case file(Attributes?, hash: String?)
        case folder(Attributes?)
        case sameLink
        /// A folder where a file or a link is to be.
        case folderInTheWay
        case somethingElse
    }

    struct Attributes: Equatable, Sendable {
        var mode: UInt16
        /// `user:group`, by name and by number.
        var names: String
        var numbers: String
    }

    struct Found: Sendable {
        /// The path that entry names are relative to, or the path of the single file.
        var root: String
        var findings: [Finding]
        var isRoot: Bool
    }

    private let tree: DeploySource
    private let target: DeployTarget
    private static let batch = 100

    init(_ tree: DeploySource, _ target: DeployTarget) {
        self.tree = tree
        self.target = target
    }

    /// Asks in batches: two processes on the node for a hundred files.
    var script: [UInt8] {
        var text = Self.functions
        text += "R=\(ShellQuoting.quote(target.path))\nP=itself\n"
        if !tree.isFolder {
            let inside = "P=inside R=$R/\(NodeWord.word(tree.lastName))\n"
            text += target.isIntoFolder ? inside : "[ -d \"$R\" ] && \(inside)"
        }
        text += "echo \"$P\"\nid -u\n"
        for range in ranges { text += question(about: Array(tree.entries[range])) }
        return Array((text + "echo end\n").utf8)
    }

    /// Runs of entries of one kind, none longer than a batch.
    private var ranges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        for index in tree.entries.indices {
            if let last = ranges.last, last.count < Self.batch,
                Self.letter(tree.entries[last.lowerBound]) == Self.letter(tree.entries[index])
            {
                ranges[ranges.count - 1] = last.lowerBound..<(index + 1)
            } else {
                ranges.append(index..<(index + 1))
            }
        }
        return ranges
    }

    /// The entry's path for the node's shell. A link that stands for the whole folder is followed.
    static func place(of entry: DeploySource.Entry) -> String {
        guard entry.name.isEmpty else { return "\"$R\"/" + NodeWord.word(entry.name) }
        return entry.content == .folder ? "\"$R\"/." : "\"$R\""
    }

    private static func letter(_ entry: DeploySource.Entry) -> String {
        switch entry.content {
        case .file: "F"
        case .folder: "D"
        case .link: "L"
        }
    }

    private func question(about entries: [DeploySource.Entry]) -> String {
        let words = entries.flatMap { entry -> [String] in
            let place = Self.place(of: entry)
            if case .link(let target) = entry.content { return [place, NodeWord.word(target)] }
            return [place]
        }
        return Self.letter(entries[0]) + " " + words.joined(separator: " ") + "\n"
    }

    /// `kinds` prints one letter for each path: built-in tests only. Hashes are printed without names, because a name
    /// may hold a newline: the files are given to `sha256sum` in the order of the letters.
    private static let functions = #"""
        LC_ALL=C; export LC_ALL
        if ! command -v sha256sum >/dev/null 2>&1; then
            sha256sum() { busybox sha256sum "$@"; }
        fi
        kinds() {
            k=
            for p; do
                if [ -L "$p" ]; then k="${k}l"
                elif [ -f "$p" ]; then k="${k}f"
                elif [ -d "$p" ]; then k="${k}d"
                elif [ -e "$p" ]; then k="${k}o"
                else k="$k-"
                fi
            done
            echo "kinds $k"
        }
        modes() { stat -c 'mode %a %U:%G %u:%g' "$@" 2>/dev/null; }
        F() {
            kinds "$@"
            n=$#
            while [ "$n" -gt 0 ]; do
                p=$1
                shift
                [ -f "$p" ] && [ ! -L "$p" ] && set -- "$@" "$p"
                n=$((n - 1))
            done
            [ "$#" -gt 0 ] || return 0
            modes "$@"
            sha256sum "$@" 2>/dev/null
        }
        D() {
            kinds "$@"
            n=$#
            while [ "$n" -gt 0 ]; do
                p=$1
                shift
                [ -d "$p" ] && set -- "$@" "$p"
                n=$((n - 1))
            done
            [ "$#" -gt 0 ] || return 0
            modes "$@"
        }
        L() {
            k=
            while [ "$#" -gt 0 ]; do
                if [ -L "$1" ]; then
                    t=$(readlink "$1"; echo .)
                    if [ "$t" = "$2
        ." ]; then k="${k}s"; else k="${k}l"; fi
                elif [ -d "$1" ]; then k="${k}d"
                elif [ -e "$1" ]; then k="${k}o"
                else k="$k-"
                fi
                shift 2
            done
            echo "kinds $k"
        }

        """#

    // MARK: the answer

    /// - Throws: `RemoteError` when the answer is not whole.
    func parse(_ bytes: [UInt8], node: NodeName) throws(RemoteError) -> Found {
        let broken = RemoteError(
            .deployFailed,
            node,
            "the node's answer about what is there cannot be understood",
            advice: "see whether its log-in shell prints text of its own into commands"
        )
        guard let end = Self.end(of: bytes) else { throw broken }
        var lines = bytes[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        let head = lines.prefix(2).map { String(decoding: $0, as: UTF8.self) }
        guard head.count == 2, ["inside", "itself"].contains(head[0]) else { throw broken }
        lines = lines.dropFirst(2)
        var findings: [Finding] = []
        for range in ranges {
            guard let kinds = lines.popFirst().map({ String(decoding: $0, as: UTF8.self) }), kinds.hasPrefix("kinds "),
                kinds.utf8.count == 6 + range.count
            else { throw broken }
            let answers = lines.prefix { !$0.starts(with: "kinds ".utf8) }
            lines = lines.dropFirst(answers.count)
            findings += Self.findings(
                Array(kinds.utf8.dropFirst(6)),
                answers,
                Self.letter(tree.entries[range.lowerBound])
            )
        }
        return Found(
            root: head[0] == "inside"
                ? target.path + "/" + String(decoding: tree.lastName, as: UTF8.self) : target.path,
            findings: findings,
            isRoot: head[1] == "0"
        )
    }

    private static func end(of bytes: [UInt8]) -> Int? {
        let mark = Array("end\n".utf8)
        return bytes.suffix(mark.count).elementsEqual(mark) ? max(0, bytes.count - mark.count - 1) : nil
    }

    private static func findings(_ kinds: [UInt8], _ lines: ArraySlice<ArraySlice<UInt8>>, _ letter: String)
        -> [Finding]
    {
        let wanted = letter == "F" ? UInt8(ascii: "f") : UInt8(ascii: "d")
        let count = kinds.count { $0 == wanted }
        var modes = lines.compactMap(mode)
        var hashes = letter == "F" ? lines.compactMap(hash) : []
        // Where the node could not read one of them, nothing is known about any: all are sent.
        if modes.count != count { modes = [] }
        if hashes.count != count { hashes = [] }
        var position = 0
        return kinds.map { kind in
            defer { if kind == wanted { position += 1 } }
            let attributes = modes.isEmpty || kind != wanted ? nil : modes[position]
            switch kind {
            case UInt8(ascii: "-"): return .nothing
            case UInt8(ascii: "s"): return .sameLink
            case wanted where letter == "F": return .file(attributes, hash: hashes.isEmpty ? nil : hashes[position])
            case wanted where letter == "D": return .folder(attributes)
            case UInt8(ascii: "d"): return .folderInTheWay
            default: return .somethingElse
            }
        }
    }

    private static func mode(_ line: ArraySlice<UInt8>) -> Attributes? {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 4, words[0] == "mode", let mode = UInt16(words[1], radix: 8) else { return nil }
        return Attributes(mode: mode, names: words[2], numbers: words[3])
    }

    private static func hash(_ line: ArraySlice<UInt8>) -> String? {
        // GNU puts a backslash before the hash of a file whose name it had to escape.
        let hex = line.first == UInt8(ascii: "\\") ? line.dropFirst() : line
        let digits = hex.prefix(64)
        let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard digits.count == 64, isHex, hex.dropFirst(64).first == 0x20 else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }
}
