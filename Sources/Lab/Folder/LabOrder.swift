import FleetModel

/// What another process may ask of a running lab: one line of JSON each way.
enum LabOrder: Hashable, Sendable {
    case faults(String, [NodeName])
    case status
    case stop

    /// The longest line that either side reads.
    static let lineLimit = 4 << 20

    var line: String {
        let document: JSONValue =
            switch self {
            case .faults(let spec, let names):
                ["order": "faults", "spec": .string(spec), "nodes": .array(names.map { .string($0.text) })]
            case .status: ["order": "status"]
            case .stop: ["order": "stop"]
            }
        return document.text() + "\n"
    }

    /// - Throws: `UsageError` for a line that is no order.
    init(line: [UInt8]) throws(UsageError) {
        let refusal = UsageError(
            "bad_lab_order",
            "the lab did not understand its order",
            advice: "use the same version for both"
        )
        guard let members = (try? JSONReading.parse(line))?.object else { throw refusal }
        switch members["order"]?.string {
        case "status": self = .status
        case "stop": self = .stop
        case "faults":
            guard let spec = members["spec"]?.string, case .array(let nodes)? = members["nodes"] else { throw refusal }
            var names: [NodeName] = []
            for node in nodes { names.append(try NodeName(node.string ?? "")) }
            self = .faults(spec, names)
        default: throw refusal
        }
    }
}
