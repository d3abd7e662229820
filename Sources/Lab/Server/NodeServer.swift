import CLibSSH
import FleetModel
import Glibc

/// One pretend node at work: its listener, its connections, its processes and its faults.
final class NodeServer {
    let plan: LabNode
    let folder: NodeFolder
    unowned let loop: ServerLoop
    private(set) var faults: NodeFaults
    private let hasOwnListeners: Bool
    private var listener: Listener?
    private var bind: ssh_bind?
    private var connections: [ObjectIdentifier: SSHConnection] = [:]
    private var silent: [ObjectIdentifier: SilentConnection] = [:]
    private var orphans: [pid_t: Orphan] = [:]
    private var isAway = false
    private let machine: NodeMachine
    private var web: [Listener] = []
    private var visits: [ObjectIdentifier: HealthVisit] = [:]

    /// - `hasOwnListeners`: False when shared listeners hand the connections in.
    init(_ plan: LabNode, faults: NodeFaults, loop: ServerLoop, hasOwnListeners: Bool) throws(LabError) {
        self.plan = plan
        self.faults = faults
        self.loop = loop
        self.hasOwnListeners = hasOwnListeners
        self.folder = LabFolder(loop.settings.folder).node(plan.name)
        machine = NodeMachine(plan, folder: folder, faults: faults, settings: loop.settings, clock: loop.clock)
        try listen()
    }

    // MARK: Connections

    /// Takes a connection; the descriptor is the node's from here on.
    func accept(_ descriptor: Int32) {
        if isAway || faults.closesPort { return Listener.reset(descriptor) }
        if faults.contains(.hang) {
            let connection = SilentConnection(descriptor, on: self)
            silent[ObjectIdentifier(connection)] = connection
            return
        }
        guard let bind = try? currentBind(), let connection = SSHConnection(descriptor, to: self, bind: bind) else {
            return
        }
        connections[ObjectIdentifier(connection)] = connection
        loop.census.connected(1)
        connection.begin()
    }

    func forget(_ connection: SSHConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { loop.census.connected(-1) }
    }

    func forget(_ connection: SilentConnection) { silent[ObjectIdentifier(connection)] = nil }

    /// The keys that may log in, as the node's own file has them at this moment.
    func authorizedKeys() -> [AuthorizedKey] {
        AuthorizedKey.lines(in: Files.read(folder.authorizedKeys, limit: 256 * 1024) ?? "")
    }

    // MARK: Commands

    /// Starts what a client asked for, or what its key forces.
    ///
    /// - `command`: Empty for a shell.
    func start(_ command: String, forced: String?, peer: String) throws(LabError) -> ChildProcess {
        refresh()
        loop.census.commandStarted()
        let shell = NodeShell(plan: plan, folder: folder, lab: LabFolder(loop.settings.folder), faults: faults)
        let environment = shell.environment(forced: forced, asked: command, peer: peer)
        return try ChildProcess.start(shell.words(forced ?? command), environment: environment, in: folder.home)
    }

    /// Brings the node's `/proc` and its like up to this moment.
    func refresh() { machine.refresh() }

    /// Looks after a process whose client has gone.
    func adopt(_ child: ChildProcess) {
        orphans[child.pid] = Orphan(child, on: self)
    }

    func buried(_ pid: pid_t) { orphans[pid] = nil }

    // MARK: Faults and reboots

    func setFaults(_ new: NodeFaults) {
        let old = faults
        faults = new
        machine.setFaults(new)
        for connection in connections.values { connection.setFrozen(new.contains(.hang)) }
        if old.contains(.hang) && !new.contains(.hang) { silent.values.forEach { $0.close() } }
        if old.contains(.keyChanged) != new.contains(.keyChanged) {
            freeBind()
            cut()
        }
        guard !isAway else { return }
        if new.closesPort {
            stopListening()
            cut()
        }
        if new.contains(.off) { stopWeb() }
        try? listen()
    }

    /// Cuts every connection, ends every process, is away for a while and comes back.
    func reboot() {
        guard !isAway else { return }
        isAway = true
        stopListening()
        stopWeb()
        cut()
        endProcesses()
        machine.reboot()
        loop.after(loop.settings.rebootTime) { [weak self] in
            guard let self else { return }
            self.isAway = false
            try? self.listen()
        }
    }

    func stop() {
        isAway = true
        stopListening()
        stopWeb()
        cut()
        endProcesses()
        freeBind()
    }

    private func listen() throws(LabError) {
        guard hasOwnListeners else { return }
        if listener == nil, !faults.closesPort {
            listener = try Listener(plan.host.text, port: plan.port.number, loop: loop) { [unowned self] in
                self.accept($0)
            }
        }
        if plan.profile == .time, web.isEmpty, !faults.contains(.off) {
            for port in loop.settings.webPorts {
                web.append(
                    try Listener(plan.host.text, port: port, loop: loop) { [unowned self] in self.acceptWeb($0) }
                )
            }
        }
    }

    private func stopListening() {
        listener?.stop()
        listener = nil
    }

    private func stopWeb() {
        for listener in web { listener.stop() }
        web = []
        for visit in visits.values { visit.close() }
    }

    /// Takes a web connection; the descriptor is the node's from here on.
    func acceptWeb(_ descriptor: Int32) {
        let service = TimeService(machine: machine.current, folder: folder, faults: faults)
        guard !isAway, !faults.contains(.off), service.isRunning else { return Listener.reset(descriptor) }
        let visit = HealthVisit(descriptor, loop: loop) { [unowned self] path in
            TimeService(machine: self.machine.current, folder: self.folder, faults: self.faults).answer(path)
        } ended: { [unowned self] in
            self.visits[$0] = nil
        }
        visits[ObjectIdentifier(visit)] = visit
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
}
