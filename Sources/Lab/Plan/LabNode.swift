package import FleetModel

/// One pretend node: what the registry is told about it.
package struct LabNode: Hashable, Sendable {
    package let name: NodeName
    /// A loopback address of its own.
    package let host: HostAddress
    package let port: Port
    package let user: UserName
    package let profile: Node.Profile
    /// `lab`, and `stratum1` or `stratum2` for a time node.
    package let groups: [GroupName]
    /// `site` and, for a time node, `stratum`.
    package let labels: [LabelKey: OneLine]
    package let location: OneLine
    package let details: OneLine

    /// The node as the registry holds it, without a host key: that one is pinned at the first contact.
    package var node: Node {
        var node = Node(name: name, host: host, user: user, port: port)
        node.groups = Set(groups)
        node.labels = labels
        node.location = location
        node.details = details
        node.profile = profile
        return node
    }
}
