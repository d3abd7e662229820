package import FleetModel

/// Which pretend nodes there are. The first nodes are the same whatever their number, so that a lab can grow.
package struct LabPlan: Hashable, Sendable {
    package let nodes: [LabNode]
    private let indices: [NodeName: Int]
    private let hosts: Set<String>
    private let port: Int

    /// - Parameters:
    ///   - count: Half of them Pipe nodes (the greater half), half time nodes.
    ///   - port: The SSH port, the same on every address.
    ///   - network: Pipe nodes are `127.network.x.y`, time nodes `127.(network+1).x.y`.
    /// - Throws: `UsageError` for a number outside 1...10,000 or a network outside 1...253.
    package init(count: Int, port: Int = 2222, network: Int = 77) throws(UsageError) {
        guard (1...10_000).contains(count) else {
            throw UsageError("bad_lab_size", "a lab of \(count) nodes", advice: "1 to 10000 nodes are possible")
        }
        guard (1...253).contains(network) else {
            throw UsageError("bad_lab_network", "127.\(network).0.0 is no network for a lab", advice: "use 1 to 253")
        }
        var nodes: [LabNode] = []
        for index in 0..<(count + 1) / 2 { nodes.append(try Self.pipeNode(index, network, port)) }
        for index in 0..<count / 2 { nodes.append(try Self.timeNode(index, network + 1, port)) }
        self.nodes = nodes
        self.hosts = Set(nodes.map(\.host.text))
        self.port = port
        self.indices = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
    }

    /// The position of a node in `nodes`; nil when there is none of that name.
    func index(of name: NodeName) -> Int? { indices[name] }

    /// Whether a node listens for SSH at this address.
    func hasNode(at host: String, port: UInt16) -> Bool {
        Int(port) == self.port && hosts.contains(host)
    }

    private static let sites = [
        ("fra", "Frankfurt"), ("ams", "Amsterdam"), ("waw", "Warsaw"), ("sin", "Singapore"), ("iad", "Ashburn"),
        ("gru", "Sao Paulo"),
    ]

    private static func pipeNode(_ index: Int, _ network: Int, _ port: Int) throws(UsageError) -> LabNode {
        let (site, town) = sites[index % sites.count]
        return LabNode(
            name: try NodeName("pop-" + twoDigits(index + 1)),
            host: try address(index, network),
            port: try Port(port),
            user: try UserName("ubuntu"),
            profile: .pipe,
            groups: [try GroupName("lab")],
            labels: [try LabelKey("site"): try OneLine(site)],
            location: try OneLine("\(town), hall \(index / 24 + 1)"),
            details: try OneLine("pretend Pipe node")
        )
    }

    private static func timeNode(_ index: Int, _ network: Int, _ port: Int) throws(UsageError) -> LabNode {
        let (site, town) = sites[index % sites.count]
        let isGPS = index < 2
        let stratum = isGPS ? "1" : "2"
        return LabNode(
            name: try NodeName(isGPS ? "pi-gps-" + twoDigits(index + 1) : "pi-ntp-" + twoDigits(index - 1)),
            host: try address(index, network),
            port: try Port(port),
            user: try UserName("pi"),
            profile: .time,
            groups: [try GroupName("lab"), try GroupName("stratum" + stratum)],
            labels: [try LabelKey("site"): try OneLine(site), try LabelKey("stratum"): try OneLine(stratum)],
            location: try OneLine("\(town), roof \(index / 24 + 1)"),
            details: try OneLine("pretend time server")
        )
    }

    private static func address(_ index: Int, _ network: Int) throws(UsageError) -> HostAddress {
        try HostAddress("127.\(network).\(index / 250 + 1).\(index % 250 + 1)")
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
