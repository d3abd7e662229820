internal import FleetModel

extension SectionReader {
    /// `/proc/net/dev`; the two lines of its heading have no colon.
    mutating func readNetwork(_ content: Range<Int>) {
        text.eachLine(content) { line in
            guard let colon = line.last(where: { text.bytes[$0] == UInt8(ascii: ":") }) else { return }
            let device = text.rest(line.lowerBound, until: colon)
            guard !device.isEmpty else { return }
            let labels = [Label("device", text.label(device))]
            var cursor = colon + 1
            for name in Self.networkColumns {
                guard let value = text.field(&cursor, until: line.upperBound).flatMap(text.number) else { return }
                if let name { sink.add(name, labels, value) }
            }
        }
    }

    private static let networkColumns: [String?] =
        ["bytes", "packets", "errs", "drop", nil, nil, nil, nil].map { $0.map { "node_network_receive_\($0)_total" } }
        + ["bytes", "packets", "errs", "drop"].map { "node_network_transmit_\($0)_total" }

    /// `/sys/class/net/*/operstate`: only `up` is up; loopback is `unknown`, as node_exporter has it.
    mutating func readOperState(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard fields.count == 2 else { return }
            let value = text.matches(fields[1], "up") ? 1.0 : 0
            sink.add("node_network_up", [Label("device", text.label(fields[0]))], value)
        }
    }
}
