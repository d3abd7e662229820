import FleetModel
import Operations

extension Destination {
    /// Nil when it holds a secret: those never leave the process that was given them.
    var wire: JSONValue? {
        var credentials: [JSONValue] = []
        for credential in self.credentials {
            guard case .keyFile(let path, nil) = credential else { return nil }
            credentials.append(.string(path))
        }
        let hops = path.map(\.wire)
        guard hops.allSatisfy({ $0 != nil }) else { return nil }
        return [
            "node": .string(node.text), "host": .string(host.text), "port": .int(Int64(port.number)),
            "user": .string(user.text), "path": .array(hops.compactMap { $0 }), "keys": .array(credentials),
            "transport": .string(transport.rawValue), "purpose": .string(purpose.rawValue),
            "host_key": hostKey.map {
                [
                    "algorithm": .string($0.algorithm), "base64": .string($0.base64),
                    "fingerprint": .string($0.fingerprint),
                ]
            } ?? .null,
        ]
    }

    init(wire: JSONValue) throws {
        let fields = try WireFields(wire)
        self.init(
            node: try fields.checked("node"),
            host: try fields.checked("host"),
            port: try Port(fields.int("port")),
            user: try fields.checked("user"),
            path: try fields.list("path").map { try Destination(wire: $0) },
            credentials: try fields.list("keys").map { key in
                guard let path = key.string else { throw WireError(field: "keys") }
                return .keyFile(path: path)
            },
            transport: Node.Transport(rawValue: try fields.text("transport")) ?? .libssh,
            purpose: KeyPurpose(rawValue: try fields.text("purpose")) ?? .operate
        )
        guard let key = fields.value("host_key"), key != .null else { return }
        let parts = try WireFields(key)
        hostKey = HostKey(
            algorithm: try parts.text("algorithm"),
            base64: try parts.text("base64"),
            fingerprint: try parts.text("fingerprint")
        )
    }
}
