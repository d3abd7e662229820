internal import FleetModel

/// The nodes as an OpenSSH client configuration. Every word in it was checked before; what can hold more than a name (the
/// path of a key) is quoted.
enum SSHConfigWriting {
    static func text(_ inventory: Inventory) -> String {
        let blocks = inventory.nodes.values.sorted { $0.name < $1.name }.map { block($0, inventory) }
        return "# written by flotilla inventory export\n" + blocks.map { "\n" + $0 }.joined()
    }

    private static func block(_ node: Node, _ inventory: Inventory) -> String {
        var lines = [
            "Host \(node.name)", "HostName \(escaped(node.host.text))", "User \(node.user)", "Port \(node.port)",
        ]
        if let file = node.identityFile?.text, !file.contains("\"") {
            lines += ["IdentityFile \"\(escaped(file))\"", "IdentitiesOnly yes"]
        }
        if let jump = node.jump, inventory.nodes[jump] != nil { lines.append("ProxyJump \(jump)") }
        return lines[0] + "\n" + lines.dropFirst().map { "    \($0)\n" }.joined()
    }

    /// ssh fills in words that begin with a percent sign.
    private static func escaped(_ text: String) -> String {
        text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    }
}
