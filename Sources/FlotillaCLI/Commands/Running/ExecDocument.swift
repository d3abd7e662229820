import FleetModel

/// The results of a run in the contract's JSON shape.
struct ExecDocument: Displayable {
    let results: [(node: NodeName, result: CommandResult)]

    var document: JSONValue {
        let nodes = results.map { ($0.node.text, Self.document(of: $0.result)) }
        return ["nodes": .object(Dictionary(nodes, uniquingKeysWith: { $1 })), "summary": Self.summary(of: results)]
    }

    var table: Table {
        Table(
            [
                .init("node"), .init("exit", nil, .right), .init("signal"), .init("error"),
                .init("duration_ms", nil, .right),
                .init("stdout"), .init("stderr"),
            ],
            rows: results.map { node, result in
                let document = Self.document(of: result).object ?? [:]
                let error = document["error"]?.object?["code"]?.string
                return [
                    .text(node.text), .text(document["exit"]?.scalarText), .text(document["signal"]?.string),
                    .text(error),
                    .count(Int(result.duration.milliseconds)), .text(result.stdout.text), .text(result.stderr.text),
                ]
            }
        )
    }

    static func document(of result: CommandResult) -> JSONValue {
        var members: [String: JSONValue] = [
            "exit": .null, "signal": .null, "error": .null, "duration_ms": .int(result.duration.milliseconds),
            // What is not in the document was cut off as far as its reader is concerned; a spill file says where it is.
            "truncated": .bool(result.stdout.isCut || result.stderr.isCut),
        ]
        add(result.stdout, as: "stdout", to: &members)
        add(result.stderr, as: "stderr", to: &members)
        switch result.ending {
        case .exited(let code): members["exit"] = .int(Int64(code))
        case .signalled(let name): members["signal"] = .string(name)
        case .failed(let error):
            members["error"] = [
                "code": .string(error.code), "problem": .string(error.problem),
                "advice": error.advice.map { .string($0) } ?? .null,
            ]
        }
        return .object(members)
    }

    static func outputLine(_ chunk: OutputChunk, of node: NodeName, at now: Timestamp) -> String {
        var members: [String: JSONValue] = ["event": "output", "node": .string(node.text), "at": .string(now.rfc3339)]
        add(CapturedOutput(chunk.bytes), as: chunk.stream == .stdout ? "stdout" : "stderr", to: &members)
        return line(.object(members))
    }

    static func resultLine(_ result: CommandResult, of node: NodeName, at now: Timestamp) -> String {
        var members = document(of: result).object ?? [:]
        members["event"] = "finished"
        members["node"] = .string(node.text)
        members["at"] = .string(now.rfc3339)
        return line(.object(members))
    }

    static func summaryLine(_ results: [(node: NodeName, result: CommandResult)]) -> String {
        line(["event": "summary", "summary": summary(of: results)])
    }

    private static func line(_ value: JSONValue) -> String { value.safeText(pretty: false) + "\n" }

    private static func summary(of results: [(node: NodeName, result: CommandResult)]) -> JSONValue {
        let ok = results.count { $0.result.isSuccess }
        let unreachable = results.count { $0.result.error?.isBeforeWork == true }
        return [
            "ok": .int(Int64(ok)), "failed": .int(Int64(results.count - ok - unreachable)),
            "unreachable": .int(Int64(unreachable)),
        ]
    }

    private static func add(_ output: CapturedOutput, as key: String, to members: inout [String: JSONValue]) {
        if let text = String(validating: output.head, as: UTF8.self) {
            members[key] = .string(text)
        } else {
            members[key + "_base64"] = .string(Base64.text(of: output.head))
        }
        if let spill = output.spill { members[key + "_file"] = .string(spill) }
    }
}

extension CapturedOutput {
    fileprivate var isCut: Bool { isTruncated || total > head.count }
}

/// RFC 4648 base64 with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(of bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                output.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(word >> UInt32(18 - 6 * place) & 63)])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
