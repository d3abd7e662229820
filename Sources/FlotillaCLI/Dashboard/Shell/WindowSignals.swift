import Glibc
import Synchronization

// A handler can reach globals alone; touched before any handler is installed.
private let wakePipe = Atomic<Int32>(-1)

/// Says when the terminal changes its size and when the stopped process goes on: a byte in a pipe for each signal.
struct WindowSignals {
    private let formerResize: sigaction
    private let formerResume: sigaction

    init(writingTo pipe: Int32) {
        wakePipe.store(pipe, ordering: .sequentiallyConsistent)
        formerResize = Self.install(SIGWINCH) { _ in wake(.resized) }
        formerResume = Self.install(SIGCONT) { _ in wake(.resumed) }
    }

    /// Puts the former handlers back.
    func end() {
        var resize = formerResize
        var resume = formerResume
        sigaction(SIGWINCH, &resize, nil)
        sigaction(SIGCONT, &resume, nil)
        wakePipe.store(-1, ordering: .sequentiallyConsistent)
    }

    private static func install(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) -> sigaction {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = Int32(SA_RESTART)
        var before = sigaction()
        sigaction(signal, &action, &before)
        return before
    }
}

/// Safe in a signal handler.
private func wake(_ reason: KeyboardThread.Wake) {
    let saved = errno
    var byte = reason.rawValue
    _ = write(wakePipe.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = saved
}
