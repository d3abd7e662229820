internal import FleetModel
internal import Operations

/// The INI inventory, read as Ansible's `ini` plugin reads it; every line with a mistake is named, not only the first.
struct AnsibleINI {
    private let path: String
    private var section = Section(group: HostVariables.ungrouped, kind: .hosts)
    private var pending: [String: Pending] = [:]
    private var pendingOrder: [String] = []

    private struct Section {
        var group: String
        var kind: Kind
    }

    private enum Kind: String {
        case hosts
        case children
        case vars
    }

    /// A group that was used before it was declared.
    private struct Pending {
        var kind: Kind
        var parents: [String]
        var at: SourcePosition
    }

    static func read(_ text: String, path: String, into inventory: inout AnsibleInventory) {
        var reader = AnsibleINI(path: path)
        for (index, line) in TextLines.split(text).enumerated() {
            reader.read(line, number: index + 1, into: &inventory)
        }
        reader.refuseUndeclared(in: &inventory)
    }

    private init(path: String) {
        self.path = path
    }

    private mutating func read(_ raw: Substring, number: Int, into inventory: inout AnsibleInventory) {
        let indented = raw.drop(while: \.isWhitespace)
        let line = indented.trimmingEnd
        let at = SourcePosition(file: path, line: number, column: raw.count - indented.count + 1)
        guard let first = line.first, first != ";", first != "#" else { return }
        if first == "[", let (name, tag) = Self.header(line) {
            return begin(name, tag, at: at, in: &inventory)
        }
        guard first != "[" || line.last != "]" else {
            let advice = "a section is [group], [group:vars] or [group:children], without spaces"
            return inventory.refuse("“\(String(line).quotedForMessage)” is no section", advice: advice, at: at)
        }
        switch section.kind {
        case .hosts: readHost(line, at: at, into: &inventory)
        case .vars: readVariable(line, at: at, into: &inventory)
        case .children: readChild(line, at: at, into: &inventory)
        }
    }

    /// `[group]` or `[group:tag]`, a comment may follow; nil for anything else.
    private static func header(_ line: Substring) -> (name: String, tag: Substring?)? {
        guard let close = line.firstIndex(of: "]") else { return nil }
        let rest = line[line.index(after: close)...].drop(while: \.isWhitespace)
        guard rest.isEmpty || rest.first == "#" else { return nil }
        let inside = line[line.index(after: line.startIndex)..<close]
        let parts = inside.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts.contains(where: \.isEmpty), !inside.contains(where: \.isWhitespace)
        else { return nil }
        return (String(parts[0]), parts.count == 2 ? parts[1] : nil)
    }

    private mutating func begin(
        _ name: String,
        _ tag: Substring?,
        at position: SourcePosition,
        in inventory: inout AnsibleInventory
    ) {
        guard let kind = Kind(rawValue: tag.map(String.init) ?? "hosts") else {
            let advice = "the word after the colon is vars, children or hosts"
            return inventory.refuse(
                "section “[\(name):\(tag ?? "")]” has an unknown kind",
                advice: advice,
                at: position
            )
        }
        section = Section(group: name, kind: kind)
        if inventory.groups[name] == nil {
            if kind == .vars, pending[name] == nil { wait(for: name, Pending(kind: .vars, parents: [], at: position)) }
            inventory.addGroup(name, at: position)
        }
        guard kind != .vars, let waiting = pending[name] else { return }
        pending[name] = nil
        for parent in waiting.parents { inventory.addChild(name, to: parent, at: waiting.at) }
    }

    private mutating func readHost(
        _ line: Substring,
        at position: SourcePosition,
        into inventory: inout AnsibleInventory
    ) {
        let words: [ShellWords.Word]
        do throws(ShellWords.Fault) {
            words = try ShellWords.split(line)
        } catch {
            let reason = error == .openQuote ? "a quote is not closed" : "a backslash stands at the end"
            return inventory.refuse(reason, at: position)
        }
        guard let first = words.first else { return }
        let variables = words.dropFirst().compactMap { word -> (String, SourcedValue)? in
            let at = SourcePosition(file: path, line: position.line, column: position.column + word.column - 1)
            guard let equals = word.text.firstIndex(of: "=") else {
                let advice = "a host line is NAME KEY=VALUE …; a value with spaces stands in quotes"
                inventory.refuse("“\(word.text.quotedForMessage)” is not key=value", advice: advice, at: at)
                return nil
            }
            let value = PythonLiteral.value(of: word.text[word.text.index(after: equals)...])
            return (String(word.text[..<equals]), SourcedValue(value, at: at))
        }
        addHosts(first.text, with: variables, at: position, to: &inventory)
    }

    private func addHosts(
        _ text: String,
        with variables: [(String, SourcedValue)],
        at position: SourcePosition,
        to inventory: inout AnsibleInventory
    ) {
        do throws(AnsibleHostPattern.Fault) {
            let pattern = try AnsibleHostPattern(text)
            if pattern.port == nil, text.hasSuffix(":") {
                let advice = "if this is YAML, name the file .yml; else write the port after the colon"
                return inventory.refuse("host “\(text.quotedForMessage)” ends in a colon", advice: advice, at: position)
            }
            for name in pattern.names {
                inventory.addHost(name, to: section.group, port: pattern.port, at: position)
                for (key, value) in variables { inventory.set(key, of: name, to: value.value, at: value.at) }
            }
        } catch {
            inventory.refuse(error.reason, at: position)
        }
    }

    private func readVariable(_ line: Substring, at position: SourcePosition, into inventory: inout AnsibleInventory) {
        guard let equals = line.firstIndex(of: "=") else {
            let problem = "“\(String(line).quotedForMessage)” in [\(section.group):vars] is not key=value"
            return inventory.refuse(problem, at: position)
        }
        let key = line[..<equals].trimmingEnd
        let value = PythonLiteral.value(of: line[line.index(after: equals)...].drop(while: \.isWhitespace))
        inventory.set(String(key), of: section.group, to: value, at: position)
    }

    private mutating func readChild(
        _ line: Substring,
        at position: SourcePosition,
        into inventory: inout AnsibleInventory
    ) {
        let name = line.prefix { !$0.isWhitespace && $0 != ":" && $0 != "]" }
        let rest = line[name.endIndex...].drop(while: \.isWhitespace)
        guard !name.isEmpty, rest.isEmpty || rest.first == "#" else {
            let problem = "“\(String(line).quotedForMessage)” in [\(section.group):children] is no group name"
            return inventory.refuse(problem, advice: "one group name a line", at: position)
        }
        let child = String(name)
        if inventory.groups[child] != nil {
            inventory.addChild(child, to: section.group, at: position)
        } else if pending[child] != nil {
            pending[child]?.parents.append(section.group)
        } else {
            wait(for: child, Pending(kind: .children, parents: [section.group], at: position))
        }
    }

    private mutating func wait(for group: String, _ declaration: Pending) {
        pending[group] = declaration
        pendingOrder.append(group)
    }

    private func refuseUndeclared(in inventory: inout AnsibleInventory) {
        for name in pendingOrder {
            guard let waiting = pending[name] else { continue }
            let advice = "declare it with a section [\(name)], empty if need be"
            let place = waiting.kind == .vars ? "[\(name):vars]" : "[\(waiting.parents.last ?? ""):children]"
            inventory.refuse(
                "\(place) names the undefined group “\(name.quotedForMessage)”",
                advice: advice,
                at: waiting.at
            )
        }
    }
}
