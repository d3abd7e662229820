import Glibc
import Synchronization
import Testing

/// Both ends of a terminal: the view has the slave, the test is the terminal.
final class PseudoTerminal: Sendable {
    let slave: Int32
    private let master: Int32
    private let isOpen = Mutex(true)

    init(columns: UInt16, rows: UInt16) throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&ends.master, &ends.slave, nil, nil, &size) == 0, "no pseudo-terminal to be had")
        _ = fcntl(ends.master, F_SETFL, O_NONBLOCK)
        (master, slave) = ends
    }

    deinit {
        hangUp()
        close(slave)
    }

    func settings() throws -> termios {
        var settings = termios()
        try #require(tcgetattr(slave, &settings) == 0)
        return settings
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    func hangUp() {
        isOpen.withLock { isOpen in
            if isOpen { close(master) }
            isOpen = false
        }
    }

    /// Everything that comes up to and with this text; fails after a minute.
    func text(until awaited: String) async throws -> String {
        var text = ""
        let deadline = ContinuousClock.now + .seconds(60)
        while !text.contains(awaited) {
            try #require(
                ContinuousClock.now < deadline,
                "“\(awaited)” did not come; there was: \(text.debugDescription)"
            )
            text += rest()
            try await Task.sleep(for: .milliseconds(5))
        }
        return text
    }

    /// What has come and was not read yet.
    func rest() -> String {
        guard isOpen.withLock({ $0 }) else { return "" }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }
}

/// Counts calls.
final class Calls: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
