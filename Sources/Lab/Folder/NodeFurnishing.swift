import FleetModel
import Glibc

/// Puts into a node's folder what it needs before it can serve; what is there already stays.
struct NodeFurnishing {
    private let node: LabNode
    private let folder: NodeFolder
    private let settings: LabSettings

    init(_ node: LabNode, in lab: LabFolder, settings: LabSettings) {
        self.node = node
        self.folder = lab.node(node.name)
        self.settings = settings
    }

    /// - Returns: The node's public host key.
    func furnish() throws(LabError) -> HostKey {
        try folder.make()
        try authorizeKeys()
        return try HostKeys(folder: folder.path).publicKey()
    }

    /// Adds the lab's keys to the file; keys that were enrolled by hand stay.
    private func authorizeKeys() throws(LabError) {
        let known = Files.read(folder.authorizedKeys) ?? ""
        let lines = known.split(separator: "\n").map(String.init)
        let missing = settings.authorizedKeys.filter { !lines.contains($0) }
        guard !missing.isEmpty || known.isEmpty else { return }
        let text = (lines + missing).map { $0 + "\n" }.joined()
        try Files.write(text, to: folder.authorizedKeys, mode: 0o600)
    }
}
