internal import FleetModel
internal import PromQL

/// Reads the parts of a YAML document strictly, as Go's decoder does with known fields only, and collects every mistake.
struct DocumentFields {
    private(set) var mistakes: [(mark: YAMLMark, problem: String)] = []

    mutating func report(_ problem: String, at mark: YAMLMark) {
        mistakes.append((mark, problem))
    }

    /// In the order of the document, with their places.
    func texts(path: String) -> [String] {
        mistakes.sorted { ($0.mark.line, $0.mark.column) < ($1.mark.line, $1.mark.column) }
            .map { "\(path):\($0.mark.line):\($0.mark.column): \($0.problem)" }
    }

    /// The members of a mapping by their keys; unknown and doubled keys are reported. Nothing (`null`) has no members.
    mutating func members(of node: YAMLNode, _ what: String, known: [String]) -> [String: YAMLNode] {
        var members: [String: YAMLNode] = [:]
        for pair in pairs(of: node, what) {
            guard known.contains(pair.key) else {
                let near = NearMisses.question(for: pair.key, among: known).map { ", \($0)" } ?? ""
                report("field “\(pair.key.quotedForMessage)” is not known in \(what)\(near)", at: pair.mark)
                continue
            }
            members[pair.key] = pair.value
        }
        return members
    }

    private mutating func pairs(of node: YAMLNode, _ what: String) -> [YAMLConstructing.Pair] {
        if node.isNull { return [] }
        guard let members = node.members else {
            report("\(what) is keys and values, not \(node.kindWord)", at: node.mark)
            return []
        }
        var constructing = YAMLConstructing()
        do throws(YAMLFault) {
            let pairs = try constructing.pairs(members)
            for double in constructing.duplicates {
                report("the key “\(double.key.quotedForMessage)” stands twice in \(what)", at: double.mark)
            }
            return pairs
        } catch {
            report(error.reason, at: error.mark)
            return []
        }
    }

    mutating func elements(of node: YAMLNode?, _ what: String) -> [YAMLNode] {
        guard let node, !node.isNull else { return [] }
        // Go's decoder leaves out elements that are nothing.
        if case .sequence(let elements) = node.content { return elements.filter { !$0.isNull } }
        report("\(what) is a list, not \(node.kindWord)", at: node.mark)
        return []
    }

    /// The text of any scalar, as it is written; empty for nothing.
    mutating func text(_ node: YAMLNode?, _ what: String) -> String {
        guard let node, !node.isNull else { return "" }
        if case .scalar(let text, _) = node.content { return text }
        report("\(what) is text, not \(node.kindWord)", at: node.mark)
        return ""
    }

    mutating func duration(_ node: YAMLNode?, _ what: String) -> Duration? {
        guard let node, !node.isNull else { return nil }
        guard case .scalar(let text, _) = node.content, let span = DurationText.milliseconds(in: text) else {
            let found = node.members == nil ? " “\(text(node, what).quotedForMessage)”" : ""
            report("\(what) is a duration such as 30s or 5m, not\(found.isEmpty ? " a mapping" : found)", at: node.mark)
            return nil
        }
        return .milliseconds(span)
    }

    mutating func integer(_ node: YAMLNode?, _ what: String) -> Int {
        guard let node, !node.isNull else { return 0 }
        if case .scalar(let text, isPlain: true) = node.content, case .value(let value) = YAMLScalar.meaning(of: text) {
            if case .int(let number) = value, let whole = Int(exactly: number) { return whole }
            // As Go's decoder has it: the fraction is cut off.
            if case .double(let number) = value, let whole = Int(exactly: number.rounded(.towardZero)) { return whole }
        }
        report("\(what) is a whole number, not \(node.kindWord)", at: node.mark)
        return 0
    }

    mutating func number(_ node: YAMLNode?, _ what: String) -> Double {
        guard let node, !node.isNull else { return 0 }
        if case .scalar(let text, isPlain: true) = node.content {
            if case .value(let value) = YAMLScalar.meaning(of: text) {
                if case .int(let number) = value { return Double(number) }
                if case .double(let number) = value { return number }
            }
            // `1e3` is text for YAML 1.1's resolver and a number for Go's.
            if let first = text.utf8.first, first != UInt8(ascii: "0") || text.utf8.count < 2,
                text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text)
            {
                return number
            }
        }
        report("\(what) is a number, not \(node.kindWord)", at: node.mark)
        return 0
    }

    mutating func flag(_ node: YAMLNode?, _ what: String) -> Bool {
        guard let node, !node.isNull else { return false }
        if case .scalar(let text, isPlain: true) = node.content, let flag = YAMLScalar.bool(text) { return flag }
        report("\(what) is true or false, not \(node.kindWord)", at: node.mark)
        return false
    }

    /// A mapping of names to texts, with the places of both, sorted by name.
    mutating func texts(_ node: YAMLNode?, _ what: String) -> [(
        name: String, mark: YAMLMark, value: YAMLNode, text: String
    )] {
        guard let node else { return [] }
        return pairs(of: node, what).map { pair in
            (pair.key, pair.mark, pair.value, text(pair.value, "the value of “\(pair.key.quotedForMessage)”"))
        }.sorted { $0.name.isBefore($1.name) }
    }
}

extension DocumentFields {
    /// Seconds since 1970, or a date; 1970 for nothing.
    mutating func moment(_ node: YAMLNode?, _ what: String) -> Timestamp {
        guard let node, !node.isNull else { return Timestamp(milliseconds: 0) }
        let seconds = number(node, what)
        guard seconds.magnitude < 1e11 else {
            report("\(what) is out of range", at: node.mark)
            return Timestamp(milliseconds: 0)
        }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }
}
