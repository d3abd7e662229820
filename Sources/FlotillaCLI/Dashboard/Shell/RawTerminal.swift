import Glibc
import Synchronization

/// The terminal in raw mode on its alternate screen, for as long as `withRawMode` runs; put back however that ends,
/// by a crash or a signal too.
struct RawTerminal {
    let input: Int32
    let output: Int32

    /// Enters raw mode, runs the body, puts the terminal back.
    func withRawMode(_ body: () async throws -> Void) async throws {
        guard let before = settings() else { return try await body() }
        let rescue = TerminalRescue(descriptor: output, settings: before)
        enter(before)
        defer { rescue.end() }
        try await body()
    }

    /// Puts the terminal back and stops the process as Ctrl-Z does. It goes on with `resume` once SIGCONT has come.
    func suspend() {
        TerminalRescue.restore()
        // To the whole job, as the terminal itself would do: a `make` in front of us has to stop as well.
        kill(0, SIGTSTP)
    }

    /// Back into raw mode, after `suspend` or after somebody else stopped the process.
    func resume() {
        if let before = TerminalRescue.settings { enter(before) }
    }

    func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.write(output, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                if count > 0 {
                    sent += count
                } else if errno == EAGAIN {
                    waitForRoom()
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private func waitForRoom() {
        var descriptor = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        poll(&descriptor, 1, 100)
    }

    private func settings() -> termios? {
        var settings = termios()
        return tcgetattr(input, &settings) == 0 ? settings : nil
    }

    private func enter(_ before: termios) {
        var raw = before
        cfmakeraw(&raw)
        // Line feeds of a message that somebody else writes should still begin a new line.
        raw.c_oflag |= tcflag_t(OPOST)
        tcsetattr(input, TCSAFLUSH, &raw)
        write(Self.enterSequence)
    }

    // Alternate screen, no cursor, no wrapping: a character that is wider than we think must not spoil the next line.
    private static let enterSequence = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
}

/// What a signal handler needs to put the terminal back: plain memory and calls that are safe in handlers.
private struct RescueMemory {
    var descriptor: Int32
    var settings: termios
    var sequence: UnsafeMutablePointer<UInt8>
    var count: Int
}

// A handler can reach globals alone. Touched before any handler is installed, so that no lazy set-up runs in one.
private let rescueAddress = Atomic<UInt>(0)

/// Puts the terminal back on every way out.
struct TerminalRescue {
    private static let deadly = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE]
    private let memory: UnsafeMutablePointer<RescueMemory>
    private let former: [(signal: Int32, action: sigaction)]

    init(descriptor: Int32, settings: termios) {
        let bytes = Array("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l".utf8)
        let sequence = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        sequence.initialize(from: bytes, count: bytes.count)
        memory = .allocate(capacity: 1)
        memory.initialize(
            to: RescueMemory(descriptor: descriptor, settings: settings, sequence: sequence, count: bytes.count)
        )
        rescueAddress.store(UInt(bitPattern: memory), ordering: .sequentiallyConsistent)
        former = Self.deadly.map { signal in
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in
                TerminalRescue.restore()
                Glibc.signal(signal, SIG_DFL)
                raise(signal)
            }
            var before = sigaction()
            sigaction(signal, &action, &before)
            return (signal, before)
        }
    }

    static var settings: termios? {
        UnsafeMutablePointer<RescueMemory>(bitPattern: rescueAddress.load(ordering: .sequentiallyConsistent))?.pointee
            .settings
    }

    /// Safe in a signal handler: `write` and `tcsetattr` only.
    static func restore() {
        let address = rescueAddress.load(ordering: .sequentiallyConsistent)
        guard let memory = UnsafeMutablePointer<RescueMemory>(bitPattern: address) else { return }
        _ = Glibc.write(memory.pointee.descriptor, memory.pointee.sequence, memory.pointee.count)
        tcsetattr(memory.pointee.descriptor, TCSANOW, &memory.pointee.settings)
    }

    /// Puts terminal and handlers back. The few bytes of memory stay: a handler may be reading them.
    func end() {
        Self.restore()
        rescueAddress.store(0, ordering: .sequentiallyConsistent)
        for entry in former {
            var action = entry.action
            sigaction(entry.signal, &action, nil)
        }
    }
}
