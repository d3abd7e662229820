internal import FleetModel

extension SectionReader {
    mutating func readIdentity(_ section: String, _ content: Range<Int>) {
        switch section {
        case "uname": readUname(content)
        case "machine": facts.architecture = text.firstField(content).map(text.label)
        case "os-release": readOSRelease(content)
        case "cpuinfo": readProcessorModel(content)
        case "model": facts.model = firstLine(content)
        case "addresses": readAddresses(content)
        default: return
        }
        hasIdentity = true
    }

    private mutating func readUname(_ content: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            guard let key = text.field(&cursor, until: line.upperBound) else { return }
            let value = text.label(text.rest(cursor, until: line.upperBound))
            switch text.label(key) {
            case "ostype": facts.system = value
            case "osrelease": facts.kernel = value
            case "version": facts.kernelVersion = value
            case "hostname": facts.hostname = value
            case "domainname": facts.domain = value
            default: break
            }
        }
    }

    /// `KEY=value`, `KEY="value"` or `KEY='value'`.
    private mutating func readOSRelease(_ content: Range<Int>) {
        text.eachLine(content) { line in
            guard let equals = line.first(where: { text.bytes[$0] == UInt8(ascii: "=") }) else { return }
            var value = text.rest(equals + 1, until: line.upperBound)
            if let quote = value.first.map({ text.bytes[$0] }), "\"'".utf8.contains(quote) {
                value = value.dropFirst()
                if let last = value.last, text.bytes[last] == quote { value = value.dropLast() }
            }
            facts.osRelease[text.label(line.lowerBound..<equals)] = text.label(value)
        }
        facts.osID = facts.osRelease["ID"]
        facts.osVersion = facts.osRelease["VERSION_ID"]
        facts.osName = facts.osRelease["PRETTY_NAME"]
    }

    private mutating func readProcessorModel(_ content: Range<Int>) {
        text.eachLine(content) { line in
            guard facts.processorModel == nil, let colon = line.first(where: { text.bytes[$0] == UInt8(ascii: ":") })
            else { return }
            let key = text.rest(line.lowerBound, until: colon)
            guard text.matches(key, "model name") || text.matches(key, "Hardware") else { return }
            facts.processorModel = text.label(text.rest(colon + 1, until: line.upperBound))
        }
    }

    /// `ip -o addr show`: number, interface, family, address; loopback and link-local addresses say nothing.
    private mutating func readAddresses(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard fields.count >= 4, facts.addresses.count < 256,
                text.matches(fields[2], "inet") || text.matches(fields[2], "inet6"), !text.matches(fields[1], "lo"),
                !text.starts(fields[3], "fe80:")
            else { return }
            facts.addresses.append(.init(interface: text.label(fields[1]), address: text.label(fields[3])))
        }
    }

    private func firstLine(_ content: Range<Int>) -> String? {
        var cursor = content.lowerBound
        guard let line = text.line(&cursor, until: content.upperBound), !line.isEmpty else { return nil }
        return text.label(text.rest(line.lowerBound, until: line.upperBound))
    }

    mutating func addIdentitySamples() {
        guard hasIdentity else { return }
        let uname = [
            ("sysname", facts.system), ("release", facts.kernel), ("version", facts.kernelVersion),
            ("machine", facts.architecture), ("nodename", facts.hostname), ("domainname", facts.domain),
        ]
        sink.add("node_uname_info", labels(uname), 1)
        guard !facts.osRelease.isEmpty else { return }
        let keys = [
            "BUILD_ID", "ID", "ID_LIKE", "IMAGE_ID", "IMAGE_VERSION", "NAME", "PRETTY_NAME", "VARIANT", "VARIANT_ID",
            "VERSION", "VERSION_CODENAME", "VERSION_ID",
        ]
        sink.add("node_os_info", labels(keys.map { ($0.lowercased(), facts.osRelease[$0]) }), 1)
    }

    // An empty label is the same as none, and is not stored.
    private func labels(_ pairs: [(String, String?)]) -> [Label] {
        pairs.compactMap { key, value in
            guard let value, !value.isEmpty else { return nil }
            return Label(key, value)
        }
    }
}
