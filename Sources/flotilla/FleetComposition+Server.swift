import FleetModel
import FlotillaServer
import Formats
import Foundation
import LocalDisk
import Logging
import Operations
import Synchronization

/// The daemon's HTTP API: its parts wired, and its life beside the collector's.
struct API {
    private let server: FleetServer?
    private let logger: Logger
    private let tokenFile: String?
    private let port: Int

    /// What the API shows of the daemon.
    struct Parts {
        let collector: Collector
        let rules: any RuleBoard
        let interval: @Sendable () -> Duration
        let reload: @Sendable () async throws -> Void
        let scraping: Scraping
        let version: String
        let alerts: NotificationLoop
    }

    init(
        home: Home,
        fleet: Fleet,
        listening: Listening,
        parts: Parts,
        retention: Duration,
        logger: Logger
    ) throws {
        self.logger = logger
        guard case .at(let address) = listening else {
            (server, tokenFile, port) = (nil, nil, 0)
            return
        }
        port = address.port
        let token = APIToken(path: home.apiToken)
        tokenFile = address.isLoopback ? nil : token.path
        let requests = RequestCount()
        server = try FleetServer(
            address: address,
            groups: Self.groups(fleet, parts, retention, requests),
            token: try address.isLoopback ? token.existing() : token.orMade(),
            names: [ProcessInfo.processInfo.hostName],
            requests: requests,
            logger: logger
        )
    }

    private static func groups(
        _ fleet: Fleet,
        _ parts: Parts,
        _ retention: Duration,
        _ requests: RequestCount
    ) -> [any RouteGroup] {
        let questions = AskMetrics(
            fleet.samples,
            threads: QueryThreads(most: max(2, ProcessInfo.processInfo.activeProcessorCount)),
            bounds: .init(rawKept: retention),
            now: fleet.now,
            clock: ContinuousClock()
        )
        let intake = RemoteWriteIntake(fleet.samples, now: fleet.now)
        return [
            WriteGroup(intake),
            PrometheusGroup(
                questions: questions,
                rules: parts.rules,
                targets: AllTargets([FleetTargets(fleet.inventory, interval: parts.interval), parts.scraping.loop]),
                version: parts.version,
                now: fleet.now
            ),
            FiguresGroup(
                sources: [
                    StoreFigures(fleet.samples), CollectorFigures(parts.collector), ScrapeFigures(parts.scraping.loop),
                    WriteFigures(parts.scraping.sending), RuleFigures(parts.rules), AlertFigures(parts.alerts), intake,
                    ProcessFigures(), requests,
                ],
                questions: questions,
                now: fleet.now
            ),
            DiscoveryGroup(inventory: fleet.inventory) { inventory, port in
                var options = InventoryWritingOptions()
                options.targetPort = port
                return Formats().write(inventory, as: .prometheusSD, options: options)
            },
            AlertmanagerGroup(loop: parts.alerts, version: parts.version, since: fleet.now(), now: fleet.now),
            UpkeepGroup(reload: parts.reload),
        ]
    }

    private static func naming(holderOf port: Int, _ error: StateError) -> StateError {
        guard let holder = PortHolder.name(of: port) else { return error }
        let problem = error.problem.replacing("another program does", with: "\(holder) does")
        return StateError("port_taken", problem, advice: error.advice)
    }

    /// Serves while the body runs, which is told the address.
    ///
    /// - Throws: `state.port_taken` and its like before the body has begun; what the body throws.
    func serving(_ body: @escaping (String?) async throws -> Void) async throws {
        guard let server else { return try await body(nil) }
        let wanted = self.port
        let (listening, told) = AsyncStream.makeStream(of: ListenAddress.self)
        // UNSTRUCTURED: lives beside the body; cancelled and awaited below.
        let task = Task {
            defer { told.finish() }
            do {
                try await server.run { told.yield($0) }
            } catch let error as StateError where error.code == "state.port_taken" {
                throw Self.naming(holderOf: wanted, error)
            }
        }
        var addresses = listening.makeAsyncIterator()
        guard let address = await addresses.next() else { return try await task.value }
        logger.info("serving", metadata: ["address": "http://\(address)"])
        if let tokenFile { logger.info("other machines need the token", metadata: ["file": "\(tokenFile)"]) }
        do {
            try await body("\(address)")
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
        task.cancel()
        _ = await task.result
    }
}

/// The token that opens the API to other machines: a file of the home that its owner alone can read.
struct APIToken {
    let path: String

    /// The token, made where there is none yet.
    ///
    /// - Throws: `StateError` when it cannot be made, or when others can read it.
    func orMade() throws -> BearerToken {
        if let token = try existing() { return token }
        var random = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in String(UInt64.random(in: .min ... .max, using: &random), radix: 16) }
        let text = words.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
        try AtomicFile.write(Array((text + "\n").utf8), to: path, mode: 0o600)
        return BearerToken(text)
    }

    /// Nil where there is none.
    func existing() throws -> BearerToken? {
        guard DiskFiles().kind(of: path) == .file else { return nil }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw StateError(
                "token_readable",
                "\(path) can be read by others",
                advice: "remove it (a new one is made), or: chmod 600 \(path)"
            )
        }
        let text = String(decoding: try DiskFiles().contents(of: path, limit: 4096), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 16 else {
            throw StateError("token_too_short", "\(path) has no token of 16 characters or more", advice: "remove it")
        }
        return BearerToken(text)
    }
}
