import FleetModel
import FleetTesting
import Foundation
import PromQL

/// A real Prometheus on a loopback port, with a store of its own.
struct PrometheusServer {
    private let port: FleetModel.Port

    /// - Throws: `FixtureError` naming the set-up script when Prometheus is not there.
    init(in bed: TestBed) throws {
        let program = try Self.program()
        let config = bed.path("prometheus.yml")
        try Scratch.write("global: {evaluation_interval: 1m}\n", to: config)
        port = try TestPort.free()
        let log = bed.path("prometheus.log")
        let process = try ServerProcess(
            [
                program, "--config.file=\(config)", "--storage.tsdb.path=\(bed.path("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver",
                "--enable-feature=promql-experimental-functions,promql-duration-expr", "--log.level=warn",
                // One head block for everything, so that nothing is moved while the test asks.
                "--storage.tsdb.min-block-duration=31d", "--storage.tsdb.max-block-duration=31d",
            ],
            log: log
        )
        bed.atEnd { process.end() }
        try waitUntilReady(process, log)
    }

    private static func program() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().resolvingSymlinksInPath()
        let folder = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        let path = folder + "/prometheus/prometheus"
        guard FileManager.default.isExecutableFile(atPath: path) else { throw FixtureError.missing(path) }
        return path
    }

    private func waitUntilReady(_ process: ServerProcess, _ log: String) throws {
        for _ in 0..<1200 {
            if let answer = try? request("GET", "/-/ready"), answer.status == 200 { return }
            guard process.isRunning else { break }
            usleep(50_000)
        }
        throw FixtureError("Prometheus did not come up: " + ((try? Scratch.text(log)) ?? ""))
    }

    /// Writes samples in the order of time, ten minutes in one request.
    func write(_ series: [Series]) throws {
        guard let first = series.compactMap(\.times.first).min(), let last = series.compactMap(\.times.last).max()
        else {
            return
        }
        for start in stride(from: first, through: last, by: 600_000) {
            let part = series.map { one in
                let inside = one.times.indices.filter { (start..<(start + 600_000)).contains(one.times[$0]) }
                return Series(
                    labels: one.labels,
                    times: inside.map { one.times[$0] },
                    values: inside.map { one.values[$0] }
                )
            }
            let answer = try request(
                "POST",
                "/api/v1/write",
                headers: ["Content-Encoding: snappy", "Content-Type: application/x-protobuf"],
                body: RemoteWrite.body(part)
            )
            guard answer.status / 100 == 2 else {
                throw FixtureError("remote write: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    func query(_ expression: String, at time: Int64) throws -> OracleAnswer {
        try ask("/api/v1/query", ["query": expression, "time": Self.seconds(time)])
    }

    func query(_ expression: String, from start: Int64, through end: Int64, step: Int64) throws -> OracleAnswer {
        try ask(
            "/api/v1/query_range",
            [
                "query": expression, "start": Self.seconds(start), "end": Self.seconds(end),
                "step": Self.seconds(step),
            ]
        )
    }

    private static func seconds(_ time: Int64) -> String {
        let rest = String(time % 1000)
        return "\(time / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    private func ask(_ path: String, _ form: [String: String]) throws -> OracleAnswer {
        let body = form.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        let answer = try request(
            "POST",
            path,
            headers: ["Content-Type: application/x-www-form-urlencoded"],
            body: Array(body.utf8)
        )
        return try OracleAnswer(JSONReading.parse(answer.body))
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte))
            let code = String(byte, radix: 16)
            return isPlain ? String(Character(Unicode.Scalar(byte))) : "%" + (code.count == 1 ? "0" : "") + code
        }.joined()
    }

    private func request(
        _ method: String,
        _ path: String,
        headers: [String] = [],
        body: [UInt8] = []
    ) throws -> (status: Int, body: [UInt8]) {
        let head = ["\(method) \(path) HTTP/1.0", "Content-Length: \(body.count)"] + headers
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
        let answer = try LoopbackExchange.send(bytes, to: port)
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw FixtureError("no answer to \(path)")
        }
        let status = String(decoding: answer.prefix(end.lowerBound), as: UTF8.self).split(separator: " ")
        return (status.count > 1 ? Int(status[1]) ?? 0 : 0, Array(answer[end.upperBound...]))
    }
}

/// One request and its whole answer.
enum LoopbackExchange {
    static func send(_ bytes: [UInt8], to port: FleetModel.Port) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port.number).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else { throw FixtureError("cannot connect to port \(port): errno \(errno)") }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw FixtureError("cannot send: errno \(errno)") }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw FixtureError("no answer: errno \(errno)") }
            if count == 0 { return answer }
            answer += buffer[..<count]
        }
    }
}
