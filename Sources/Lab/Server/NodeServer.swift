import CLibSSH
import FleetModel
import Glibc

/// One pretend node at work: its listener, its connections, its processes and its faults.
final class NodeServer {
    let plan: LabNode
    let folder: NodeFolder
    unowned let loop: ServerLoop
    private(set) var faults: NodeFaults
    private let hasOwnListener: Bool
    private var listener: Listener?
    private var bind: ssh_bind?
    private var connections: [ObjectIdentifier: SSHConnection] = [:]
    private var silent: [ObjectIdentifier: SilentConnection] = [:]
    private var orphans: [pid_t: Orphan] = [:]
    private var isAway = false

    /// - Parameter hasOwnListener: False when a shared listener hands the connections in.
    init(_ plan: LabNode, faults: NodeFaults, loop: ServerLoop, hasOwnListener: Bool) throws(LabError) {
        self.plan = plan
        self.faults = faults
        self.loop = loop
        self.hasOwnListener = hasOwnListener
        self.folder = LabFolder(loop.settings.folder).node(plan.name)
        try listen()
    }

    // MARK: Connections

    /// Takes a connection; the descriptor is the node's from here on.
    func accept(_ descriptor: Int32) {
        if isAway || faults.contains(.refuse) { return reset(descriptor) }
        if faults.contains(.hang) {
            let connection = SilentConnection(descriptor, on: self)
            silent[ObjectIdentifier(connection)] = connection
            return
        }
        guard let bind = try? currentBind(), let connection = SSHConnection(descriptor, to: self, bind: bind) else { return }
        connections[ObjectIdentifier(connection)] = connection
        connection.begin()
    }

    func forget(_ connection: SSHConnection) { connections[ObjectIdentifier(connection)] = nil }

    func forget(_ connection: SilentConnection) { silent[ObjectIdentifier(connection)] = nil }

    /// The keys that may log in, as the node's own file has them at this moment.
    func authorizedKeys() -> [AuthorizedKey] {
        AuthorizedKey.lines(in: Files.read(folder.authorizedKeys, limit: 256 * 1024) ?? "")
    }

    // MARK: Commands

    /// Starts what a client asked for, or what its key forces.
    ///
    /// - Parameter command: Empty for a shell.
    func start(_ command: String, forced: String?, peer: String) throws(LabError) -> ChildProcess {
        refresh()
        let shell = NodeShell(plan: plan, folder: folder, lab: LabFolder(loop.settings.folder), faults: faults)
        let environment = shell.environment(forced: forced, asked: command, peer: peer)
        return try ChildProcess.start(shell.words(forced ?? command), environment: environment, in: folder.home)
    }

    /// Brings the node's `/proc` and its like up to this moment.
    func refresh() {}

    /// Looks after a process whose client has gone.
    func adopt(_ child: ChildProcess) {
        orphans[child.pid] = Orphan(child, on: self)
    }

    func buried(_ pid: pid_t) { orphans[pid] = nil }

    // MARK: Faults and reboots

    func setFaults(_ new: NodeFaults) {
        let old = faults
        faults = new
        for connection in connections.values { connection.setFrozen(new.contains(.hang)) }
        if old.contains(.hang) && !new.contains(.hang) { silent.values.forEach { $0.close() } }
        if old.contains(.keyChanged) != new.contains(.keyChanged) {
            freeBind()
            cut()
        }
        guard !isAway else { return }
        if new.contains(.refuse) {
            stopListening()
            cut()
        } else {
            try? listen()
        }
    }

    /// Cuts every connection, ends every process, is away for a while and comes back.
    func reboot() {
        guard !isAway else { return }
        isAway = true
        stopListening()
        cut()
        endProcesses()
        loop.after(loop.settings.rebootTime) { [weak self] in
            guard let self else { return }
            self.isAway = false
            try? self.listen()
        }
    }

    func stop() {
        isAway = true
        stopListening()
        cut()
        endProcesses()
        freeBind()
    }

    private func listen() throws(LabError) {
        guard hasOwnListener, listener == nil, !faults.contains(.refuse) else { return }
        listener = try Listener(plan.host.text, port: plan.port.number, loop: loop) { [unowned self] in self.accept($0) }
    }

    private func stopListening() {
        listener?.stop()
        listener = nil
    }

    private func cut() {
        for connection in connections.values { connection.close() }
        for connection in silent.values { connection.close() }
    }

    private func endProcesses() {
        for orphan in orphans.values { orphan.end() }
        orphans = [:]
    }

    private func currentBind() throws(LabError) -> ssh_bind {
        if let bind { return bind }
        let new = try HostKeys(folder: folder.path).bind(isChanged: faults.contains(.keyChanged))
        bind = new
        return new
    }

    private func freeBind() {
        if let bind { ssh_bind_free(bind) }
        bind = nil
    }

    /// Closes so that the client sees a reset, not an orderly end.
    private func reset(_ descriptor: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }
}
