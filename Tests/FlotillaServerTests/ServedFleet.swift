import FleetModel
import FleetTesting
import FlotillaServer
import Foundation
import Logging
import Operations
import SQLiteStore
import Synchronization

/// A server of ours on a loopback port, over a store of its own.
struct ServedFleet {
    let port: FleetModel.Port
    let database: FleetDatabase
    static let token = "0123456789abcdef0123456789abcdef"

    init(
        in bed: TestBed,
        reload: @escaping @Sendable () async throws -> Void = {},
        alerts: NotificationLoop? = nil
    ) async throws {
        let database = try FleetDatabase.open(at: bed.path("fleet.db"))
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let questions = AskMetrics(
            database.samples,
            threads: QueryThreads(most: 2),
            now: now,
            clock: ContinuousClock()
        )
        let requests = RequestCount()
        let server = try FleetServer(
            address: ListenAddress(host: "127.0.0.1", port: 0),
            groups: [
                PrometheusGroup(
                    questions: questions,
                    rules: NoRules(),
                    targets: NoTargets(),
                    version: "0",
                    now: now
                ),
                FiguresGroup(sources: [StoreFigures(database.samples), requests], questions: questions, now: now),
                DiscoveryGroup(inventory: database.inventory) { inventory, port in
                    JSONValue.array(
                        inventory.nodes.keys.sorted().map { .string("\($0):\(port?.description ?? "9100")") }
                    ).text()
                },
                UpkeepGroup(reload: reload),
            ] + (alerts.map { [AlertmanagerGroup(loop: $0, version: "0", since: now(), now: now)] } ?? []),
            token: BearerToken(Self.token),
            names: ["fleet.example"],
            requests: requests,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let (addresses, told) = AsyncStream.makeStream(of: ListenAddress.self)
        let task = Task {
            defer { told.finish() }
            try await server.run { told.yield($0) }
        }
        bed.atEnd { task.cancel() }
        var iterator = addresses.makeAsyncIterator()
        guard let address = await iterator.next() else {
            try await task.value
            throw FixtureError("the server ended before it listened")
        }
        self.port = try FleetModel.Port(address.port)
        self.database = database
    }

    /// Samples as a scraper would append them.
    func store(_ series: [Series]) async throws {
        var rows: [SampleRow] = []
        for one in series {
            let own = one.labels.unnamed.labels
            let (target, others) = (own.filter { Self.isTarget($0) }, own.filter { !Self.isTarget($0) })
            for (time, value) in zip(one.times, one.values) {
                let sample = Sample(one.labels[LabelSet.nameLabel], others, value)
                let at = Timestamp(milliseconds: time)
                rows.append(SampleRow(target: target, at: at, samples: [sample], isWhole: false))
            }
        }
        _ = try await database.samples.append(rows, window: .seconds(86_400))
    }

    private static func isTarget(_ label: Sample.Label) -> Bool { label.key == "job" || label.key == "instance" }

    /// One request on a connection of its own.
    func ask(
        _ path: String,
        method: String = "GET",
        headers: [String] = ["Host: localhost"],
        body: String = ""
    ) throws -> HTTPReply {
        try HTTPReply.ask(port, path, method: method, headers: headers, body: body)
    }
}

/// An answer taken apart.
struct HTTPReply {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    static func ask(
        _ port: FleetModel.Port,
        _ path: String,
        method: String = "GET",
        headers: [String] = ["Host: localhost"],
        body: String = ""
    ) throws -> HTTPReply {
        let form = method == "POST" ? ["Content-Type: application/x-www-form-urlencoded"] : []
        let head =
            ["\(method) \(path) HTTP/1.1", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers + form
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        let answer = try LoopbackExchange.send(bytes, to: port)
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw FixtureError("no answer to \(path)")
        }
        let lines = String(decoding: answer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        var content = Array(answer[end.upperBound...])
        if fields["transfer-encoding"] == "chunked" { content = unchunked(content) }
        return HTTPReply(status: status, headers: fields, body: content)
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var (content, rest) = ([UInt8](), bytes[...])
        while let end = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16) ?? 0
            guard size > 0 else { break }
            content += rest[end.upperBound...].prefix(size)
            rest = rest.dropFirst(end.upperBound - rest.startIndex + size + 2)
        }
        return content
    }
}
