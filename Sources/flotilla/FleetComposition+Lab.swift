import FleetModel
import FlotillaCLI
import Foundation
import Lab
import LocalDisk
import Operations
import Probes

extension FleetComposition {
    func serveLab(_ home: Home, _ order: LabStart, ready: @Sendable () -> Void) async throws {
        let isShared = try LabPlan(count: order.nodes).sharesListeners
        let port = isShared ? FreeNetwork.firstPort(from: 2222) : 2222
        let plan = try LabPlan(count: order.nodes, port: Int(port), network: FreeNetwork.first(port: port))
        let faults = try FaultSpec(parsing: order.fault)
        let fleet = try await initialise(home)
        let keys = try fleet.keys.keys()
        var settings = LabSettings(
            folder: home.lab,
            authorizedKeys: [
                AuthorizedKeysLine.collect(publicKey: keys.collect.publicLine),
                AuthorizedKeysLine.operate(publicKey: keys.operate.publicLine),
            ],
            password: Secret(String(UInt64.random(in: 0 ... .max), radix: 36))
        )
        settings.healthPort = isShared ? Int(FreeNetwork.firstPort(from: 3000)) : 3000
        settings.exporterPort = FreeNetwork.exporterPort(of: plan, isShared: isShared)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let start = ContinuousClock.now
        let clock = LabClock(now: Self.now, monotonic: { ContinuousClock.now - start })
        let lab = LabFleet(plan: plan, settings: settings, clock: clock, stopRequested: { stop.yield() })
        try lab.start(faults: faults)
        do {
            try await register(plan, in: fleet)
            ready()
            for await _ in stops { break }
        } catch {
            lab.stop()
            throw error
        }
        lab.stop()
        await fleet.close()
    }

    /// New nodes are registered, known ones brought to the lab's address; their pinned keys stay.
    private func register(_ plan: LabPlan, in fleet: Fleet) async throws {
        let known = try await fleet.inventory.inventory()
        let groups = Set(plan.nodes.flatMap(\.groups)).filter { known.groups[$0] == nil }.sorted()
        let changes = plan.nodes.map { planned -> InventoryChange in
            guard var node = known.nodes[planned.name] else { return .register(planned.node) }
            (node.host, node.port, node.user) = (planned.host, planned.port, planned.user)
            return .update(node)
        }
        try await fleet.inventory.apply(
            groups.map { .createGroup(Group(name: $0)) } + changes,
            by: Actor("lab"),
            at: fleet.now()
        )
    }

    func startLab(_ home: Home, _ order: LabStart) async throws -> Int {
        _ = try LabPlan(count: order.nodes)
        _ = try FaultSpec(parsing: order.fault)
        try HomeFolder(home).prepare()
        if (try? labStatus(home)) != nil {
            throw StateError(
                "lab_running",
                "a lab already runs in \(home.lab)",
                advice: "run: flotilla lab status, or: flotilla lab down"
            )
        }
        let log = home.logs + "/lab.log"
        var words = ["lab", "up", "--foreground", "--home", home.path, "--nodes", String(order.nodes)]
        if !order.fault.isEmpty { words += ["--fault", order.fault] }
        let process = try BackgroundProcess.start(words, log: log)
        for _ in 0..<1200 {
            if let nodes = try await registeredLabNodes(home, order.nodes) { return nodes }
            guard BackgroundProcess.isAlive(process) else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StateError("lab_failed", "the lab did not start", advice: BackgroundProcess.advice(log, "lab up"))
    }

    private func registeredLabNodes(_ home: Home, _ wanted: Int) async throws -> Int? {
        guard (try? labStatus(home)) != nil else { return nil }
        let fleet = try await open(home, config: nil, acceptNewHostKeys: false)
        let inventory = try await fleet.inventory.inventory()
        await fleet.close()
        let count = inventory.members(of: try GroupName("lab")).count
        return count >= wanted ? count : nil
    }

    func stopLab(_ home: Home) async throws {
        try LabControl(folder: LabFolder(home.lab)).stop()
        for _ in 0..<200 where (try? labStatus(home)) != nil { try await Task.sleep(for: .milliseconds(50)) }
    }

    func labStatus(_ home: Home) throws -> JSONValue {
        try LabControl(folder: LabFolder(home.lab)).status()
    }

    func setLabFault(_ home: Home, _ spec: String, on nodes: [NodeName]) throws {
        try LabControl(folder: LabFolder(home.lab)).setFaults(spec, on: nodes)
    }
}

/// Loopback networks for labs; another lab on this machine may hold the first.
private enum FreeNetwork {
    static func first(port: UInt16) -> Int {
        // Pipe nodes take the network, time nodes the one after it.
        stride(from: 77, to: 99, by: 2).first { isFree("127.\($0).1.1", port) && isFree("127.\($0 + 1).1.1", port) }
            ?? 77
    }

    /// The first port that no lab and no server has on any address.
    static func firstPort(from port: UInt16) -> UInt16 {
        (port..<port + 100).first { isFree("0.0.0.0", $0) } ?? port
    }

    /// Where exporters are usually asked; nil where another server has that port on every address.
    static func exporterPort(of plan: LabPlan, isShared: Bool) -> Int? {
        let host = plan.nodes.first { $0.profile == .time }?.host.text
        return isFree(isShared ? "0.0.0.0" : host ?? "0.0.0.0", 9090) ? 9090 : nil
    }

    private static func isFree(_ address: String, _ port: UInt16) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        // As the lab's listeners have it: connections of a lab that has just ended do not count.
        var yes: Int32 = 1
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }
}
