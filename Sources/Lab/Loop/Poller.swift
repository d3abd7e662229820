import CLibSSH
import Glibc

/// What a file descriptor is ready for, or is asked about.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt32

    static let read = Readiness(rawValue: UInt32(bitPattern: EPOLLIN.rawValue32))
    static let write = Readiness(rawValue: UInt32(bitPattern: EPOLLOUT.rawValue32))
    /// The other side is gone; reported whether asked for or not.
    static let hangUp = Readiness(rawValue: UInt32(bitPattern: (EPOLLHUP.rawValue32 | EPOLLERR.rawValue32)))
}

extension EPOLL_EVENTS {
    fileprivate var rawValue32: Int32 { Int32(bitPattern: rawValue) }
}

/// One that waits for file descriptors; only ever called on its loop's thread.
protocol Watcher: AnyObject {
    func ready(_ descriptor: Int32, for readiness: Readiness)
}

/// An epoll instance with the watchers of its descriptors. Level-triggered; cost per wake-up grows with what is ready.
final class Poller {
    private let epoll: Int32
    private var entries: [Entry?] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    private struct Entry {
        let watcher: any Watcher
        var interest: Readiness
    }

    init() throws {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw LabError.system("epoll_create1") }
    }

    deinit { close(epoll) }

    /// Watches a descriptor for something, or for nothing: then it is forgotten, and not even its end is reported.
    func watch(_ descriptor: Int32, for interest: Readiness, _ watcher: any Watcher) {
        guard !interest.isEmpty else { return forget(descriptor) }
        let index = Int(descriptor)
        if index >= entries.count { entries += Array(repeating: nil, count: index + 64 - entries.count) }
        let known = entries[index]
        entries[index] = Entry(watcher: watcher, interest: interest)
        if known?.interest == interest { return }
        control(known == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Must be called before the descriptor is closed.
    func forget(_ descriptor: Int32) {
        let index = Int(descriptor)
        guard index >= 0, index < entries.count, entries[index] != nil else { return }
        entries[index] = nil
        control(EPOLL_CTL_DEL, descriptor, [])
    }

    /// Waits for at most this many milliseconds (for ever when negative) and tells the watchers.
    func wait(milliseconds: Int32) {
        let count = events.withUnsafeMutableBufferPointer {
            epoll_wait(epoll, $0.baseAddress, Int32($0.count), milliseconds)
        }
        for index in 0..<max(0, Int(count)) {
            let descriptor = events[index].data.fd
            // An earlier watcher of this round may have forgotten it.
            guard let entry = entries[Int(descriptor)] else { continue }
            entry.watcher.ready(descriptor, for: Readiness(rawValue: events[index].events))
        }
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.fd = descriptor
        _ = epoll_ctl(epoll, operation, descriptor, &event)
    }
}
