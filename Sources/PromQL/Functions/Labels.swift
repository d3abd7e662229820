import FleetModel

/// The functions that change labels or sort by them.
extension Evaluator {
    func labelReplace(_ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let target = try string(arguments[1])
        let template = ReplacementTemplate(try string(arguments[2]))
        let source = try string(arguments[3])
        let text = try string(arguments[4])
        guard let pattern = try? Pattern(text, flags: .dotMatchesAll) else {
            throw PromQLError.execution("invalid regular expression in label_replace(): \(text)")
        }
        guard !target.isEmpty else {
            throw PromQLError.execution("invalid destination label name in label_replace(): \(target)")
        }
        let columns = try vector(arguments[0], over: grid).map { column in
            guard let match = pattern.wholeMatch(in: column.labels[source]) else { return column }
            let value = template.expanded(match)
            return Column(labels: column.labels.setting(target, value), values: column.values)
        }
        try columns.requireDistinct()
        return columns
    }

    func labelJoin(_ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let target = try string(arguments[1])
        let separator = try string(arguments[2])
        let sources = try arguments.dropFirst(3).map { try string($0) }
        if let odd = sources.first(where: \.isEmpty) {
            throw PromQLError.execution("invalid source label name in label_join(): \(odd)")
        }
        guard !target.isEmpty else {
            throw PromQLError.execution("invalid destination label name in label_join(): \(target)")
        }
        let columns = try vector(arguments[0], over: grid).map { column in
            let value = sources.map { column.labels[$0] }.joined(separator: separator)
            return Column(labels: column.labels.setting(target, value), values: column.values)
        }
        try columns.requireDistinct()
        return columns
    }

    /// The order of an instant vector; a range query has no use for it.
    func sort(_ function: Function, _ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let columns = try vector(arguments[0], over: grid)
        guard grid.count == 1 else { return columns }
        switch function {
        case .sort: return columns.sorted { Self.isFirst($0.values[0], $1.values[0], <) }
        case .sortDescending: return columns.sorted { Self.isFirst($0.values[0], $1.values[0], >) }
        default:
            let names = try arguments.dropFirst().map { try string($0) }
            let sorted = columns.sorted { NaturalLabels.isBefore($0.labels, $1.labels, by: names) }
            return function == .sortByLabel ? sorted : sorted.reversed()
        }
    }

    /// NaN comes last in both directions.
    private static func isFirst(_ left: Double, _ right: Double, _ isBefore: (Double, Double) -> Bool) -> Bool {
        if left.isNaN || right.isNaN { return !left.isNaN }
        return isBefore(left, right)
    }
}

/// The order of `sort_by_label`: numbers inside of values count as numbers.
enum NaturalLabels {
    static func isBefore(_ left: LabelSet, _ right: LabelSet, by names: [String]) -> Bool {
        for name in names {
            let (first, second) = (left[name], right[name])
            if !first.hasSameBytes(as: second) { return isBefore(first, second) }
        }
        return left.isBefore(right)
    }

    private static func isBefore(_ left: String, _ right: String) -> Bool {
        let (first, second) = (chunks(left), chunks(right))
        for (one, other) in zip(first, second) {
            if let small = Int(one), let large = Int(other) {
                if small != large { return small < large }
            } else if !one.hasSameBytes(as: other) {
                return one.isBefore(other)
            }
        }
        return first.count <= second.count
    }

    /// Runs of digits and runs of everything else.
    private static func chunks(_ text: String) -> [String] {
        var chunks: [String] = []
        var run: [UInt8] = []
        for byte in text.utf8 {
            if let last = run.last, last.isDigit != byte.isDigit {
                chunks.append(String(decoding: run, as: UTF8.self))
                run = []
            }
            run.append(byte)
        }
        return run.isEmpty ? chunks : chunks + [String(decoding: run, as: UTF8.self)]
    }
}

/// `$1`, `${name}` and `$$` as Go's regexp expands them.
struct ReplacementTemplate {
    private enum Piece {
        case text(String)
        case group(String)
    }

    private var pieces: [Piece] = []

    init(_ template: String) {
        var rest = template[...]
        while let dollar = rest.firstIndex(of: "$") {
            pieces.append(.text(String(rest[..<dollar])))
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                pieces.append(.text("$"))
                rest = rest.dropFirst()
            } else if let (name, length) = Self.name(rest) {
                pieces.append(.group(name))
                rest = rest.dropFirst(length)
            } else {
                // A dollar that begins no name stands for itself.
                pieces.append(.text("$"))
            }
        }
        pieces.append(.text(String(rest)))
    }

    /// The longest run of word characters, in braces or not, and how many characters it takes.
    private static func name(_ rest: Substring) -> (String, Int)? {
        let isInBraces = rest.first == "{"
        let body = isInBraces ? rest.dropFirst() : rest
        let name = body.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        guard !name.isEmpty else { return nil }
        guard isInBraces else { return (String(name), name.count) }
        return body.dropFirst(name.count).first == "}" ? (String(name), name.count + 2) : nil
    }

    func expanded(_ match: Pattern.Match) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): return text
            case .group(let name):
                if let number = Int(name) {
                    return match.groups.indices.contains(number) ? String(match.groups[number] ?? "") : ""
                }
                return match[name].map(String.init) ?? ""
            }
        }.joined()
    }
}
