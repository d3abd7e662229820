package import FleetModel
import Glibc
import Synchronization

/// The lab at one moment.
package struct LabStatus: Hashable, Sendable {
    package let nodes: Int
    /// Open SSH connections.
    package let connections: Int
    /// Commands started since the lab began.
    package let commands: Int
    /// Nodes with faults only.
    package let faults: [NodeName: NodeFaults]

    var document: JSONValue {
        [
            "pid": .int(Int64(getpid())), "nodes": .int(Int64(nodes)), "connections": .int(Int64(connections)),
            "commands": .int(Int64(commands)),
            "faults": .object(
                Dictionary(uniqueKeysWithValues: faults.map { ($0.text, .array($1.words.map { .string($0) })) })
            ),
        ]
    }
}

/// What all threads count together.
final class LabCensus: Sendable {
    private let open = Atomic(0)
    private let started = Atomic(0)

    var connections: Int { open.load(ordering: .relaxed) }
    var commands: Int { started.load(ordering: .relaxed) }

    func connected(_ change: Int) { open.wrappingAdd(change, ordering: .relaxed) }

    func commandStarted() { started.wrappingAdd(1, ordering: .relaxed) }
}
