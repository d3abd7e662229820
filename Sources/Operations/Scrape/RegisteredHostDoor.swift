package import FleetModel

/// The registry as it was a moment ago: hundreds of scrapes a second must not read it anew each time.
package actor RegistryGlance {
    private let read: @Sendable () async throws -> Inventory
    private let now: @Sendable () -> Timestamp
    private var last: (at: Timestamp, inventory: Inventory)?

    package init(
        now: @escaping @Sendable () -> Timestamp,
        reading read: @escaping @Sendable () async throws -> Inventory
    ) {
        self.read = read
        self.now = now
    }

    /// At most five seconds old.
    package func inventory() async throws -> Inventory {
        let moment = now()
        if let last, moment >= last.at, moment - last.at < .seconds(5) { return last.inventory }
        let fresh = try await read()
        last = (moment, fresh)
        return fresh
    }
}

/// A target whose host is the name of a registered node means that node's address; its labels keep the name.
package struct RegisteredHostDoor: ExporterDoor {
    private let door: any ExporterDoor
    private let registry: RegistryGlance

    package init(_ door: any ExporterDoor, registry: RegistryGlance) {
        self.door = door
        self.registry = registry
    }

    package func fetch(_ request: ExporterRequest) async throws -> ExporterAnswer {
        let address = request.target.address
        let colon = address.lastIndex(of: ":")
        let host = colon.map { String(address[..<$0]) } ?? address
        guard let name = try? NodeName(host), let node = try await registry.inventory().nodes[name] else {
            return try await door.fetch(request)
        }
        var request = request
        let shown = node.host.isIPv6 ? "[\(node.host.text)]" : node.host.text
        let port = colon.map { String(address[$0...]) } ?? ""
        request.target.relabelled = request.target.relabelled.setting("__address__", shown + port)
        return try await door.fetch(request)
    }
}
