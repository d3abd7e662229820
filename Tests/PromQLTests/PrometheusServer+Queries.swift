import FleetModel
import FleetTesting
import PromQL

extension PrometheusServer {
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
}
