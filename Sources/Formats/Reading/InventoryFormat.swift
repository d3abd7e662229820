/// Which format a file has, by its name and its first lines.
enum InventoryFormat: Equatable {
    case ansible
    /// Rows of cells: CSV, or blank-separated lists.
    case table(separator: Character)
    case sshConfig
    case targets
    /// A program that would print an inventory.
    case script

    enum AnsibleForm {
        case yaml
        case json
        case ini
    }

    static func detect(path: String, text: String) -> InventoryFormat {
        if text.hasPrefix("#!") { return .script }
        let name = TextPath.name(of: path).lowercased()
        switch TextPath.suffix(of: name) {
        case ".csv": return .table(separator: ",")
        case ".tsv": return .table(separator: "\t")
        case ".yml", ".yaml", ".json": return looksLikeTargets(text) ? .targets : .ansible
        case ".ini": return .ansible
        default: return detectNameless(name: name, text: text)
        }
    }

    static func ansibleForm(path: String, text: String) -> AnsibleForm {
        let first = significantLines(text, limit: 1).first ?? ""
        switch TextPath.suffix(of: path).lowercased() {
        case ".json": return .json
        case ".yml", ".yaml": return first.hasPrefix("{") ? .json : .yaml
        case ".ini": return .ini
        default: break
        }
        if first.hasPrefix("{") { return .json }
        // `all:`, `web:` or `---`: a colon at the end has no meaning in an INI inventory.
        let bare = first.prefix { $0 != "#" }.trimmed
        return first.hasPrefix("---") || bare.hasSuffix(":") || first.hasPrefix("%YAML") ? .yaml : .ini
    }

    private static func detectNameless(name: String, text: String) -> InventoryFormat {
        let lines = significantLines(text, limit: 50)
        guard let first = lines.first else { return .ansible }
        if looksLikeTargets(text) { return .targets }
        if isSSHConfig(name: name, first: first) { return .sshConfig }
        guard !first.hasPrefix("["), !first.hasPrefix("{"), !first.contains("=") else { return .ansible }
        if lines.allSatisfy({ $0.contains(",") && !$0.contains("=") }) { return .table(separator: ",") }
        // `hostname ip` lists; in an INI inventory a second word always has an equals sign.
        let words = lines.map { $0.split(whereSeparator: \.isWhitespace) }
        let isList = words.allSatisfy { (2...5).contains($0.count) && !$0.contains { $0.contains("=") } }
        return isList ? .table(separator: " ") : .ansible
    }

    private static func isSSHConfig(name: String, first: Substring) -> Bool {
        guard name != "ssh_config", name != "config", !name.hasSuffix(".sshconfig") else { return true }
        let words = first.split(whereSeparator: { $0.isWhitespace || $0 == "=" })
        return words.count > 1 && ["host", "match", "include"].contains(words[0].lowercased())
            && !first.contains("ansible_")
    }

    /// A list at the top: Prometheus' `file_sd`; an inventory is always a mapping.
    private static func looksLikeTargets(_ text: String) -> Bool {
        let first = significantLines(text, limit: 2).first { $0 != "---" } ?? ""
        if first.hasPrefix("- ") || first == "-" { return true }
        return first.hasPrefix("[")
            && (first.dropFirst().trimmed.isEmpty || first.dropFirst().trimmed.hasPrefix("{") || first.trimmed == "[]")
    }

    private static func significantLines(_ text: String, limit: Int) -> [Substring] {
        var found: [Substring] = []
        for line in TextLines.split(String(text.prefix(65_536))) {
            let line = line.trimmed
            guard let first = line.first, first != "#", first != ";" else { continue }
            found.append(line)
            if found.count == limit { break }
        }
        return found
    }
}
