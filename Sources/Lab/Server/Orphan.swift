import Glibc

/// A process whose client has gone; watched so that it leaves no zombie behind.
final class Orphan: Watcher {
    private let child: ChildProcess
    private unowned let node: NodeServer
    private var exitDescriptor: Int32

    init(_ child: ChildProcess, on node: NodeServer) {
        self.child = child
        self.node = node
        exitDescriptor = child.exitDescriptor()
        if exitDescriptor >= 0 { node.loop.poller.watch(exitDescriptor, for: .read, self) }
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        guard child.ending() != nil else { return }
        closeDescriptor()
        node.buried(child.pid)
    }

    /// Ends the whole group at once and reaps its leader.
    func end() {
        closeDescriptor()
        child.kill(SIGKILL)
        child.reap()
    }

    private func closeDescriptor() {
        guard exitDescriptor >= 0 else { return }
        node.loop.poller.forget(exitDescriptor)
        close(exitDescriptor)
        exitDescriptor = -1
    }
}

/// A connection that is never answered: the fault `hang`. It ends when the client has had enough.
final class SilentConnection: Watcher {
    private var descriptor: Int32
    private unowned let node: NodeServer

    init(_ descriptor: Int32, on node: NodeServer) {
        self.descriptor = descriptor
        self.node = node
        node.loop.poller.watch(descriptor, for: .read, self)
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        let count = node.loop.scratch.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { close() }
    }

    func close() {
        guard descriptor >= 0 else { return }
        node.loop.poller.forget(descriptor)
        Glibc.close(descriptor)
        descriptor = -1
        node.forget(self)
    }
}
