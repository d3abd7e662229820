package import FleetModel
import Glibc

/// A real Prometheus with a configuration of the test's, on a loopback port.
package struct RealPrometheus: Sendable {
    package let port: Port

    /// - Throws: `FixtureError` naming the set-up script where the program is missing.
    package init(in bed: TestBed, config: String, options: [String] = []) throws {
        let name = "prometheus-\(UInt32.random(in: 0...UInt32.max))"
        let file = bed.path(name + ".yml")
        try Scratch.write(config, to: file)
        port = try TestPort.free()
        let log = bed.path(name + ".log")
        let process = try ServerProcess(
            [
                try Self.program("prometheus"), "--config.file=\(file)", "--storage.tsdb.path=\(bed.path(name))",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver", "--log.level=warn",
            ] + options,
            log: log
        )
        bed.atEnd { process.end() }
        for _ in 0..<1200 {
            if let answer = try? LoopbackHTTP.request("GET", "/-/ready", port: port), answer.status == 200 { return }
            guard process.isRunning else { break }
            usleep(50_000)
        }
        throw FixtureError("Prometheus did not come up: " + ((try? Scratch.text(log)) ?? ""))
    }

    /// The path of `prometheus` or `promtool`.
    package static func program(_ name: String) throws -> String {
        let folder = getenv("FLOTILLA_ORACLES").map { String(cString: $0) } ?? ".oracles"
        let path = folder + "/prometheus/" + name
        guard access(path, X_OK) == 0 else { throw FixtureError.missing(path) }
        return path
    }

    /// The `data` of an answer of its API.
    package func data(_ path: String) throws -> JSONValue {
        let answer = try LoopbackHTTP.request("GET", path, port: port)
        guard answer.status == 200, case .object(let members) = try JSONReading.parse(answer.body),
            let data = members["data"]
        else { throw FixtureError("\(path): \(answer.status) " + String(decoding: answer.body, as: UTF8.self)) }
        return data
    }

    /// An instant query; labels and the texts of the values with their milliseconds.
    package func query(_ expression: String) throws -> [(labels: LabelSet, points: [(at: Int64, value: String)])] {
        let escaped = expression.utf8.map { byte in
            "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        guard case .object(let data) = try data("/api/v1/query?query=" + escaped),
            case .array(let result)? = data["result"]
        else { return [] }
        return result.map { series in
            guard case .object(let members) = series, case .object(let metric)? = members["metric"] else {
                return (LabelSet.empty, [])
            }
            let labels = LabelSet(metric.map { Sample.Label($0.key, $0.value.string ?? "") })
            if case .array(let values)? = members["values"] { return (labels, values.compactMap(Self.point)) }
            return (labels, [members["value"]].compactMap { $0.flatMap(Self.point) })
        }
    }

    private static func point(_ pair: JSONValue) -> (at: Int64, value: String)? {
        guard case .array(let two) = pair, two.count == 2, let value = two[1].string else { return nil }
        let seconds: Double
        switch two[0] {
        case .int(let whole): seconds = Double(whole)
        case .double(let number): seconds = number
        default: return nil
        }
        return (Int64((seconds * 1000).rounded()), value)
    }
}
