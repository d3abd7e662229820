@preconcurrency import Dispatch
import FlotillaCLI
import Foundation

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

/// SIGHUP: the configuration is to be read again.
final class HangUpSignal: Sendable {
    private let source: any DispatchSourceSignal

    init(_ reload: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { reload() }
        source.resume()
    }

    deinit { source.cancel() }
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
