@preconcurrency import Dispatch
import FlotillaCLI
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM cancel the work, so that remote processes end and partial results are shown; a second one ends us.
final class StopSignals: Sendable {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // The second one takes the system's own way: at once.
                signal(number, SIG_DFL)
                stop()
            }
            source.resume()
            return source
        }
    }
}

/// SIGHUP: the terminal was closed, which stops the work as Ctrl-C does; a daemon reads its settings again instead.
///
/// One source for both: the system hands a signal to one reader. A shell and the kernel may both send it for one closed
/// terminal, so a second one is not more urgent than the first.
final class HangUpSignal: Sendable {
    private struct Answers {
        var stop: (@Sendable () -> Void)?
        var reload: (@Sendable () -> Void)?
        var source: (any DispatchSourceSignal)?
    }

    private let answers = Mutex(Answers())
    /// `nohup` and its kind: who asked for that wants the work to go on.
    private let wasIgnored: Bool

    init() {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        // SAFETY: the handler's address is only compared, with the constant that stands for "ignored".
        wasIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// What a closed terminal does, unless SIGHUP was ignored when the program began.
    func stops(_ stop: @escaping @Sendable () -> Void) {
        guard !wasIgnored else { return }
        listen { $0.stop = stop }
    }

    /// From now on SIGHUP means this, also in a process that was told to ignore it: whoever sends one asks for it.
    func reloads(_ reload: @escaping @Sendable () -> Void) {
        listen { $0.reload = reload }
    }

    private func listen(_ change: (inout Answers) -> Void) {
        answers.withLock { answers in
            change(&answers)
            guard answers.source == nil else { return }
            signal(SIGHUP, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
            source.setEventHandler { [self] in arrived() }
            source.resume()
            answers.source = source
        }
    }

    private func arrived() {
        let answer = answers.withLock { $0.reload ?? $0.stop }
        answer?()
    }
}

/// A fleet of thousands wants as many files.
enum OpenFiles {
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// How the C library's heap grows.
enum Heap {
    /// One arena, grown in large steps. An arena for each thread keeps what a burst of log-ins needed for good, and grows
    /// by a system call every few pages; the threads here are too few to wait for one another.
    static func settle() {
        // glibc's own numbers, from malloc.h, which Swift's Glibc leaves out.
        let (trimThreshold, topPad, arenaMax): (Int32, Int32, Int32) = (-1, -2, -8)
        guard let found = dlsym(nil, "mallopt") else { return }
        // SAFETY: the C library's mallopt has this type.
        let mallopt = unsafeBitCast(found, to: (@convention(c) (Int32, Int32) -> Int32).self)
        _ = mallopt(arenaMax, 1)
        _ = mallopt(topPad, 1 << 20)
        _ = mallopt(trimThreshold, 4 << 20)
    }

    /// Gives the system what a burst of log-ins needed and nobody uses any more; a few milliseconds for each 100 MiB.
    static func giveBack() {
        guard let found = dlsym(nil, "malloc_trim") else { return }
        // SAFETY: the C library's malloc_trim has this type.
        let trim = unsafeBitCast(found, to: (@convention(c) (Int) -> Int32).self)
        _ = trim(0)
    }
}

/// The node's own `pop`, where this machine has one: `pop` without `--fleet` is not ours.
enum PopTool {
    static func handOver(_ arguments: [String]) -> Int32 {
        let environment = ProcessInfo.processInfo.environment
        let places = [
            environment["FLOTILLA_POP"], environment["HOME"].map { $0 + "/tools/pop" }, "/opt/pipe-pop/tools/pop",
        ]
        for place in places.compactMap({ $0 }) where access(place, X_OK) == 0 {
            var words = ([place] + arguments).map { strdup($0) } + [nil]
            execv(place, &words)
        }
        StandardStream.errors.write(
            """
            error: this is Flotilla under the name pop, and the node's own pop is not installed here  [usage.no_pop]
               do: pop --fleet COMMAND for the fleet; for the node's own tool set FLOTILLA_POP to its path

            """
        )
        return 2
    }
}
