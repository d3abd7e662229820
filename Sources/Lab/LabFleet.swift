package import FleetModel
import Glibc
import Synchronization

/// The lab: a fleet of pretend nodes, served by a few threads of this process.
///
/// Cost grows with what is connected, not with how many nodes there are: an idle node is one listening socket.
package final class LabFleet: Sendable {
    package let plan: LabPlan
    private let settings: LabSettings
    private let clock: LabClock
    private let state = Mutex(State())

    private struct State {
        var threads: [LoopThread] = []
        var faults: [NodeName: NodeFaults] = [:]
    }

    package init(plan: LabPlan, settings: LabSettings, clock: LabClock) {
        self.plan = plan
        self.settings = settings
        self.clock = clock
    }

    /// Makes what is missing in the folder and serves; returns when every node listens.
    ///
    /// - Throws: `LabError`: no space, an address taken, too few descriptors.
    package func start(faults: FaultSpec = FaultSpec([])) throws {
        let folder = LabFolder(settings.folder)
        try folder.make()
        for node in plan.nodes { try NodeFurnishing(node, in: folder, settings: settings).furnish() }
        let dealt = faults.dealt(to: plan.nodes.map(\.name), seed: settings.seed)
        state.withLock { $0.faults = dealt }
        do {
            for index in 0..<max(1, settings.threads) { try startThread(index, faults: dealt) }
        } catch {
            stop()
            throw error
        }
    }

    /// Cuts every connection and ends every process; returns when all is closed. Calling it again does nothing.
    package func stop() {
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.send(.stop) }
        for thread in threads { thread.join() }
    }

    /// Changes the faults of some nodes, from this moment on; `FaultSpec([])` mends them.
    ///
    /// - Throws: `UsageError` for a node that the lab has not.
    package func setFaults(_ spec: FaultSpec, on names: [NodeName]) throws(UsageError) {
        let indices = Dictionary(uniqueKeysWithValues: plan.nodes.enumerated().map { ($1.name, $0) })
        for name in names where indices[name] == nil {
            throw UsageError("unknown_node", "the lab has no node \(name)")
        }
        let dealt = spec.applied(to: names, seed: settings.seed)
        state.withLock { state in
            let width = max(1, state.threads.count)
            var shares = [[Int: NodeFaults]](repeating: [:], count: width)
            for name in names {
                guard let index = indices[name] else { continue }
                let faults = dealt[name] ?? NodeFaults()
                state.faults[name] = faults
                shares[index % width][index] = faults
            }
            for (thread, share) in zip(state.threads, shares) where !share.isEmpty { thread.send(.setFaults(share)) }
        }
    }

    private func startThread(_ index: Int, faults: [NodeName: NodeFaults]) throws {
        let thread = try LoopThread()
        let share = plan.nodes.enumerated().filter { $0.offset % max(1, settings.threads) == index }
        try thread.start { [settings, clock] in
            let loop = try ServerLoop(settings: settings, clock: clock)
            for (index, node) in share {
                loop.nodes[index] = try NodeServer(
                    node, faults: faults[node.name] ?? NodeFaults(), loop: loop, hasOwnListener: true
                )
            }
            return loop
        }
        state.withLock { $0.threads.append(thread) }
    }
}
