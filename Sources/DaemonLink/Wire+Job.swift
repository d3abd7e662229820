import FleetModel
import Operations

extension RemoteJob {
    /// Everything but the input, which follows in frames of its own. The password of sudo travels here: the socket is
    /// in a folder that only its owner can enter, and nothing of it is logged.
    var wire: JSONValue {
        [
            "command": command.wire, "has_input": .bool(!stdin.isEmpty), "elevation": elevation?.wire ?? .null,
            "deadlines": deadlines.wire, "live": .bool(onOutput != nil),
            "limits": [
                "memory": .int(Int64(limits.memory)), "total": .int(Int64(limits.total)),
                "spill": .optional(limits.spillDirectory),
            ],
        ]
    }

    init(wire: JSONValue, stdin: StandardInput, onOutput: (@Sendable (OutputChunk) -> Void)?) throws {
        let fields = try WireFields(wire)
        let limits = try WireFields(fields.value("limits"))
        self.init(
            try Command(wire: fields.value("command")),
            stdin: fields.flag("has_input") ? stdin : .empty,
            elevation: try Elevation(optionalWire: fields.value("elevation")),
            deadlines: try Deadlines(wire: fields.value("deadlines")),
            limits: OutputLimits(
                memory: try limits.int("memory"),
                total: try limits.int("total"),
                spillDirectory: limits.optionalText("spill")
            ),
            onOutput: fields.flag("live") ? onOutput : nil
        )
    }
}

extension StandardInput {
    var isEmpty: Bool {
        if case .empty = self { true } else { false }
    }
}

extension Command {
    var wire: JSONValue {
        switch self {
        case .loginShell(let text): ["kind": "shell", "text": .string(text)]
        case .verb(let text): ["kind": "verb", "text": .string(text)]
        case .script(let text, let arguments):
            ["kind": "script", "text": .string(text), "arguments": .array(arguments.map { .string($0) })]
        }
    }

    init(wire: JSONValue?) throws {
        let fields = try WireFields(wire)
        let text = try fields.text("text")
        switch try fields.text("kind") {
        case "shell": self = .loginShell(text)
        case "verb": self = .verb(text)
        case "script": self = .script(text, arguments: try fields.list("arguments").compactMap(\.string))
        default: throw WireError(field: "command")
        }
    }
}

extension Elevation {
    var wire: JSONValue {
        ["user": .string(user), "password": password.map { $0.withBytes(JSONValue.bytesText) } ?? .null]
    }

    init?(optionalWire wire: JSONValue?) throws {
        guard let wire, wire != .null else { return nil }
        let fields = try WireFields(wire)
        var password: Secret?
        if case .array(let elements)? = fields.value("password") {
            password = Secret(
                bytes: elements.compactMap { if case .int(let byte) = $0 { UInt8(exactly: byte) } else { nil } }
            )
        }
        self.init(user: try fields.text("user"), password: password)
    }
}

extension Deadlines {
    var wire: JSONValue {
        [
            "connect": .optional(connect), "login": .optional(login), "first_byte": .optional(firstByte),
            "idle": .optional(idle), "total": .optional(total), "queue": .optional(queue),
        ]
    }

    init(wire: JSONValue?) throws {
        let fields = try WireFields(wire)
        self.init(
            connect: fields.duration("connect"),
            login: fields.duration("login"),
            firstByte: fields.duration("first_byte"),
            idle: fields.duration("idle"),
            total: fields.duration("total"),
            queue: fields.duration("queue")
        )
    }
}
