package import FleetModel

/// Short ways to make checked values in tests.
package enum Make {
    package static func name(_ text: String) throws -> NodeName { try NodeName(text) }

    package static func node(_ name: String, _ host: String = "127.0.0.1", user: String = "root", port: Int = 22) throws
        -> Node
    {
        try Node(name: NodeName(name), host: HostAddress(host), user: UserName(user), port: Port(port))
    }
}
