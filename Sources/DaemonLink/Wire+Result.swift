import FleetModel
import Operations

extension RemoteError {
    var wire: JSONValue {
        [
            "code": .string(code), "node": .string(node.text), "problem": .string(problem), "advice": .optional(advice),
        ]
    }

    init(wire: JSONValue?) throws {
        let fields = try WireFields(wire)
        guard let kind = Code(rawValue: try fields.text("code")) else { throw WireError(field: "code") }
        self.init(
            kind,
            try fields.checked("node"),
            try fields.text("problem"),
            advice: fields.optionalText("advice")
        )
    }
}

extension CommandResult {
    /// A JSON line, then the kept bytes of both streams: they need no escaping.
    var wire: [UInt8] {
        var header: [String: JSONValue] = [
            "duration": .int(duration.milliseconds), "stdout": stdout.wire, "stderr": stderr.wire,
        ]
        switch ending {
        case .exited(let code): header["exit"] = .int(Int64(code))
        case .signalled(let name): header["signal"] = .string(name)
        case .failed(let error): header["error"] = error.wire
        }
        return Array((JSONValue.object(header).text() + "\n").utf8) + stdout.head + stderr.head
    }

    init(wire: [UInt8]) throws {
        guard let end = wire.firstIndex(of: UInt8(ascii: "\n")) else { throw WireError(field: "result") }
        let fields = try WireFields(JSONReading.parse(Array(wire[..<end])))
        let body = Array(wire[(end + 1)...])
        let (stdout, rest) = try CapturedOutput.read(fields.value("stdout"), from: body[...])
        let (stderr, _) = try CapturedOutput.read(fields.value("stderr"), from: rest)
        self.init(
            ending: try Ending(fields),
            stdout: stdout,
            stderr: stderr,
            duration: fields.duration("duration") ?? .zero
        )
    }
}

extension CommandResult.Ending {
    init(_ fields: WireFields) throws {
        if let code = fields.optionalInt("exit") {
            self = .exited(Int32(truncatingIfNeeded: code))
        } else if let name = fields.optionalText("signal") {
            self = .signalled(name)
        } else {
            self = .failed(try RemoteError(wire: fields.value("error")))
        }
    }
}

extension CapturedOutput {
    var wire: JSONValue {
        [
            "head": .int(Int64(head.count)), "spill": .optional(spill), "total": .int(Int64(total)),
            "truncated": .bool(isTruncated),
        ]
    }

    static func read(_ wire: JSONValue?, from body: ArraySlice<UInt8>) throws -> (CapturedOutput, ArraySlice<UInt8>) {
        let fields = try WireFields(wire)
        let count = try fields.int("head")
        guard count >= 0, count <= body.count else { throw WireError(field: "head") }
        let output = CapturedOutput(
            Array(body.prefix(count)),
            spill: fields.optionalText("spill"),
            total: try fields.int("total"),
            isTruncated: fields.flag("truncated")
        )
        return (output, body.dropFirst(count))
    }
}

extension PollOutcome {
    var wire: JSONValue {
        [
            "samples": .int(Int64(samples)), "duration": .int(duration.milliseconds), "error": error?.wire ?? .null,
            "route": .optional(route?.rawValue),
        ]
    }

    init(wire: JSONValue) throws {
        let fields = try WireFields(wire)
        var error: RemoteError?
        if let wire = fields.value("error"), wire != .null { error = try RemoteError(wire: wire) }
        self.init(
            samples: try fields.int("samples"),
            duration: fields.duration("duration") ?? .zero,
            error: error,
            route: fields.optionalText("route").flatMap(CollectRoute.init(rawValue:))
        )
    }
}

extension DaemonHealth {
    var wire: JSONValue {
        [
            "process": .int(Int64(process)), "since": .int(since.milliseconds), "interval": .int(interval.milliseconds),
            "last_cycle": .optional(lastCycle), "overruns": .int(Int64(overruns)), "version": .string(version),
            "settings_read_at": settingsReadAt.map { .int($0.milliseconds) } ?? .null,
            "settings_refusal": .optional(settingsRefusal), "listen": .optional(listen),
        ]
    }

    init(wire: JSONValue) throws {
        let fields = try WireFields(wire)
        self.init(
            process: Int32(try fields.int("process")),
            since: Timestamp(milliseconds: Int64(try fields.int("since"))),
            interval: fields.duration("interval") ?? .zero,
            lastCycle: fields.duration("last_cycle"),
            overruns: try fields.int("overruns"),
            version: try fields.text("version"),
            settingsReadAt: fields.optionalInt("settings_read_at").map { Timestamp(milliseconds: Int64($0)) },
            settingsRefusal: fields.optionalText("settings_refusal"),
            listen: fields.optionalText("listen")
        )
    }
}
