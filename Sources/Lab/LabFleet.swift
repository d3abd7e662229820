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
    private let stopRequested: @Sendable () -> Void
    private let census = LabCensus()
    private let state = Mutex(State())

    private struct State {
        var threads: [LoopThread] = []
        var faults: [NodeName: NodeFaults] = [:]
        var lock: FolderLock?
    }

    /// - `stopRequested`: Called on a thread of the lab when another process asks it to stop; the owner then
    ///   calls `stop` from a thread of its own.
    package init(
        plan: LabPlan,
        settings: LabSettings,
        clock: LabClock,
        stopRequested: @escaping @Sendable () -> Void = {}
    ) {
        self.plan = plan
        self.settings = settings
        self.clock = clock
        self.stopRequested = stopRequested
    }

    /// Makes what is missing in the folder and serves; returns when every node listens and the manifest is written.
    ///
    /// - Throws: `LabError`: another lab runs there, no space, an address taken, too few descriptors.
    package func start(faults: FaultSpec = FaultSpec([])) throws {
        let folder = LabFolder(settings.folder)
        try folder.make()
        let lock = try FolderLock(folder)
        try StandIn.install(in: folder)
        let hostKeys = try furnish(folder)
        let dealt = faults.dealt(to: plan.nodes.map(\.name), seed: settings.seed)
        state.withLock { state in
            state.faults = dealt
            state.lock = lock
        }
        do {
            try startThreads(folder, faults: dealt)
            try LabManifest(pid: getpid(), password: settings.password, plan: plan, hostKeys: hostKeys).write(
                to: folder
            )
        } catch {
            stop()
            throw error
        }
    }

    /// Cuts every connection and ends every process; returns when all is closed. Calling it again does nothing.
    package func stop() {
        let (threads, lock) = state.withLock { state in
            defer {
                state.threads = []
                state.lock = nil
            }
            return (state.threads, state.lock)
        }
        for thread in threads { thread.send(.stop) }
        for thread in threads { thread.join() }
        guard let lock else { return }
        StrayProcesses.end(of: LabFolder(settings.folder))
        lock.release()
    }

    /// Changes the faults of some nodes, from this moment on; `FaultSpec([])` mends them.
    ///
    /// - Throws: `UsageError` for a node that the lab has not.
    package func setFaults(_ spec: FaultSpec, on names: [NodeName]) throws(UsageError) {
        for name in names where plan.index(of: name) == nil {
            throw UsageError("unknown_node", "the lab has no node \(name)", advice: "“lab status” lists them")
        }
        let dealt = spec.applied(to: names, seed: settings.seed)
        state.withLock { state in
            var shares = [[Int: NodeFaults]](repeating: [:], count: max(1, state.threads.count))
            for name in names {
                guard let index = plan.index(of: name) else { continue }
                let faults = dealt[name] ?? NodeFaults()
                state.faults[name] = faults.faults.isEmpty ? nil : faults
                shares[index % shares.count][index] = faults
            }
            for (thread, share) in zip(state.threads, shares) where !share.isEmpty { thread.send(.setFaults(share)) }
        }
    }

    /// Restarts a node as its own `reboot` does; returns at once.
    package func reboot(_ name: NodeName) {
        guard let index = plan.index(of: name) else { return }
        send(.reboot(node: index), to: index)
    }

    /// The lab at this moment.
    package func status() -> LabStatus {
        LabStatus(
            nodes: plan.nodes.count,
            connections: census.connections,
            commands: census.commands,
            faults: state.withLock { $0.faults }
        )
    }

    /// Furnishing is mostly waiting for the file system: the more threads, the sooner it is done.
    private func furnish(_ folder: LabFolder) throws -> [HostKey] {
        try plan.nodes.map { try NodeFurnishing($0, in: folder, settings: settings).furnish() }
    }

    private func send(_ message: LoopMessage, to index: Int) {
        state.withLock { state in
            guard !state.threads.isEmpty else { return }
            state.threads[index % state.threads.count].send(message)
        }
    }

    private func startThreads(_ folder: LabFolder, faults: [NodeName: NodeFaults]) throws {
        let count = max(1, settings.threads)
        let hasOwnListeners = settings.sharesListeners.map { !$0 } ?? SharedListeners.canSpareOnePerNode(plan)
        for index in 0..<count {
            let thread = try LoopThread()
            let share = plan.nodes.enumerated().filter { $0.offset % count == index }
            try thread.start { [plan, settings, clock, census] in
                let loop = try ServerLoop(plan: plan, settings: settings, clock: clock, census: census)
                for (index, node) in share {
                    loop.nodes[index] = try NodeServer(
                        node,
                        faults: faults[node.name] ?? NodeFaults(),
                        loop: loop,
                        hasOwnListeners: hasOwnListeners
                    )
                }
                // The doors reach the whole lab by messages, so any loop could hold them.
                if index == 0 { try self.openDoors(folder, on: loop, hasOwnListeners: hasOwnListeners) }
                return loop
            }
            state.withLock { $0.threads.append(thread) }
        }
    }

    private func openDoors(_ folder: LabFolder, on loop: ServerLoop, hasOwnListeners: Bool) throws {
        loop.keep(try EventDoor(in: folder, loop: loop) { [unowned self] in self.reboot($0) })
        loop.keep(try ControlDoor(in: folder, loop: loop) { [unowned self] in try self.perform($0) })
        guard !hasOwnListeners else { return }
        loop.keep(try SharedListeners(plan, loop: loop) { [unowned self] in self.send($0, to: $1) })
    }

    private func perform(_ order: LabOrder) throws -> JSONValue {
        switch order {
        case .status: return status().document
        case .stop: stopRequested()
        case .faults(let spec, let names): try setFaults(FaultSpec(parsing: spec), on: names)
        }
        return true
    }
}
