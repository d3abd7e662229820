import CLibSSH
import Glibc

/// Interest in one descriptor's readiness, level-triggered. The descriptor is closed by whoever owns it, after `end`.
@SSHLoop
final class Watch {
    nonisolated let descriptor: Int32
    nonisolated let generation: UInt32
    let onReady: @SSHLoop (UInt32) -> Void
    private var events: UInt32
    private var isActive = true
    private static var generations: UInt32 = 0

    init(_ descriptor: Int32, events: UInt32, onReady: @escaping @SSHLoop (UInt32) -> Void) {
        Self.generations &+= 1
        self.descriptor = descriptor
        self.generation = Self.generations
        self.events = events
        self.onReady = onReady
        _ = SSHLoop.thread.register(self, events: events)
    }

    nonisolated static let input = EPOLLIN.rawValue
    nonisolated static let output = EPOLLOUT.rawValue

    /// Costs a system call only when the interest differs from the last one.
    func want(_ events: UInt32) {
        guard isActive, events != self.events else { return }
        self.events = events
        SSHLoop.thread.change(self, events: events)
    }

    func end() {
        guard isActive else { return }
        isActive = false
        SSHLoop.thread.unregister(self)
    }
}
