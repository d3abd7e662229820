import FleetModel
import GRDB
import Synchronization

/// The nodes' numbers in the registry and the labels that their samples carry.
final class NodeTargets: Sendable {
    private let registry: SQLiteFile
    private let known = Mutex<(version: Int64, targets: [NodeName: Target])?>(nil)

    struct Target: Sendable {
        var node: Int64
        /// `job`, `node`, `instance`, `group` and the node's own, sorted.
        var labels: [Sample.Label]
    }

    init(registry: SQLiteFile) {
        self.registry = registry
    }

    /// The targets as they are now; one row is read where no act changed the registry.
    func current() async throws -> [NodeName: Target] {
        try await registry.read { [self] database in
            let version = try RegistryVersions(database).inventory
            if let known = known.withLock({ $0 }), known.version == version { return known.targets }
            let fresh = try targets(database)
            known.withLock { $0 = (version, fresh) }
            return fresh
        }
    }

    private func targets(_ database: Database) throws -> [NodeName: Target] {
        var own: [Int64: [String: String]] = [:]
        let labels = try Row.fetchCursor(database, sql: "SELECT node, key, value FROM node_labels")
        while let row = try labels.next() { own[row[0], default: [:]][row[1]] = row[2] }
        var groups: [Int64: [String]] = [:]
        let members = "SELECT node, member_of FROM group_members ORDER BY node, member_of"
        let memberships = try Row.fetchCursor(database, sql: members)
        while let row = try memberships.next() { groups[row[0], default: []].append(row[1]) }
        var targets: [NodeName: Target] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT name, id, host, port FROM nodes")
        while let row = try rows.next() {
            guard let name = try? NodeName(row[0]) else {
                throw StateError.damaged(registry.path, because: "a node has a name that is none")
            }
            let (node, host, port): (Int64, String, Int64) = (row[1], row[2], row[3])
            let instance = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            let fixed = ["job": "flotilla", "node": name.text, "instance": instance]
            // All groups that it was put into: which of them would be the first one is nobody's choice.
            let group = groups[node].map { ["group": $0.joined(separator: ",")] } ?? [:]
            // An operator's own label of that name means something.
            let named = group.merging((own[node] ?? [:]).filter { !$0.value.isEmpty }) { $1 }
            let all = named.merging(fixed) { $1 }
            targets[name] = Target(
                node: node,
                labels: all.map { Sample.Label($0.key, $0.value) }.sorted { $0.key < $1.key }
            )
        }
        return targets
    }
}
