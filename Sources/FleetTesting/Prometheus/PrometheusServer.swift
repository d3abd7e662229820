package import FleetModel
import Foundation

/// A real Prometheus on a loopback port, with a store of its own.
package struct PrometheusServer {
    package let port: FleetModel.Port

    /// - Throws: `FixtureError` naming the set-up script when Prometheus is not there.
    package init(in bed: TestBed) throws {
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

    /// `prometheus` or `promtool`, as the set-up script fetched them.
    package static func program(_ name: String = "prometheus") throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().resolvingSymlinksInPath()
        let folder = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        let path = folder + "/prometheus/" + name
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
    package func write(_ series: [Series]) throws {
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

    package func request(
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
