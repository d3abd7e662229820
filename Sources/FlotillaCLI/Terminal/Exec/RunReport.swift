package import FleetModel

/// The results of a run as a document and as a table: what `exec -o json|yaml|csv` prints.
package struct RunReport: Displayable {
    private let results: [(node: NodeName, result: CommandResult)]

    package init(_ results: [NodeName: CommandResult]) {
        self.results = results.sorted { $0.key < $1.key }.map { (node: $0.key, result: $0.value) }
    }

    package var document: JSONValue {
        .array(results.map { $0.result.document(of: $0.node) })
    }

    package var table: Table {
        Table(
            [
                Table.Column("node", minimum: 8), Table.Column("ending", minimum: 8),
                Table.Column("duration_seconds", "TOOK", .right), Table.Column("stdout", "OUTPUT", minimum: 10),
            ],
            rows: results.map {
                [Cell($0.node.text), $0.result.endingCell, .duration($0.result.duration), $0.result.firstLine]
            },
            empty: StyledText("no node was asked", .muted)
        )
    }
}

extension CommandResult {
    /// One result as `exec` prints it: `exit` is null where the command did not come to its own end.
    package func document(of node: NodeName) -> JSONValue {
        var members: [String: JSONValue] = [
            "node": .string(node.text), "ok": .bool(isSuccess), "exit": nil, "signal": nil, "error": nil,
            "stdout": .string(stdout.text), "stderr": .string(stderr.text),
            "stdout_bytes": .int(Int64(stdout.total)), "stderr_bytes": .int(Int64(stderr.total)),
            "truncated": .bool(stdout.isTruncated || stderr.isTruncated), "duration_seconds": .double(duration.seconds),
        ]
        if let spill = stdout.spill { members["stdout_file"] = .string(spill) }
        if let spill = stderr.spill { members["stderr_file"] = .string(spill) }
        switch ending {
        case .exited(let code): members["exit"] = .int(Int64(code))
        case .signalled(let name): members["signal"] = .string(name)
        case .failed(let error): members["error"] = ErrorBlock(error).document.object?["error"] ?? nil
        }
        return .object(members)
    }

    fileprivate var endingCell: Cell {
        switch ending {
        case .exited(0): Cell("ok", .good)
        case .exited(let code): Cell("exit \(code)", .bad)
        case .signalled(let name): Cell("SIG" + name, .bad)
        case .failed(let error): Cell(error.code, .bad)
        }
    }

    fileprivate var firstLine: Cell {
        let shown = TerminalText.visibleInline(TerminalText.visibleLines(stdout.head.prefix(4096)).first ?? "")
        return Cell(shown: StyledText(shown), value: .string(stdout.text))
    }
}

/// What happens during a run, one JSON document a line: `exec -o ndjson`.
package enum RunEvent {
    /// `{"event":"output","node":…,"stream":"stdout","text":…}`
    package static func output(_ chunk: OutputChunk, of node: NodeName, at now: Timestamp) -> String {
        line([
            "event": "output", "node": .string(node.text), "at": .string(now.rfc3339),
            "stream": chunk.stream == .stdout ? "stdout" : "stderr",
            "text": .string(String(decoding: chunk.bytes, as: UTF8.self)),
        ])
    }

    /// `{"event":"result","node":…,"exit":…,…}`: the members of `CommandResult.document(of:)`.
    package static func result(_ result: CommandResult, of node: NodeName, at now: Timestamp) -> String {
        var members = result.document(of: node).object ?? [:]
        members["event"] = "result"
        members["at"] = .string(now.rfc3339)
        return line(.object(members))
    }

    private static func line(_ value: JSONValue) -> String {
        value.safeText(pretty: false) + "\n"
    }
}
