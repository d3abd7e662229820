internal import FleetModel

extension SectionReader {
    /// `docker inspect`: name, running, restarts, image, health; `listed` comes first when the engine answered.
    mutating func readContainers(_ content: Range<Int>, engine: Range<Int>) {
        facts.containerEngine = text.label(engine)
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard fields.count >= 4, let restarts = text.number(fields[2]) else { return }
            let name = Label("name", text.label(text.starts(fields[0], "/") ? fields[0].dropFirst() : fields[0]))
            let isRunning = text.matches(fields[1], "true")
            sink.add("flotilla_container_running", [name, Label("image", text.label(fields[3]))], isRunning ? 1 : 0)
            sink.add("flotilla_container_restarts_total", [name], restarts)
            guard fields.count >= 5, !text.starts(fields[4], "<") else { return }
            sink.add("flotilla_container_health", [name, Label("health", text.label(fields[4]))], 1)
        }
    }

    /// `systemctl list-units --state=failed`; `listed` comes last when systemd answered.
    mutating func readFailedUnits(_ content: Range<Int>) {
        var failed: [String] = []
        var isListed = false
        text.eachLine(content) { line in
            let fields = text.fields(line)
            if fields.count == 1, text.matches(fields[0], "listed") { isListed = true }
            guard let name = fields.first(where: { text.bytes[$0].contains(UInt8(ascii: ".")) }) else { return }
            failed.append(text.label(name))
        }
        guard isListed else { return }
        sink.add("node_systemd_units", [Label("state", "failed")], Double(failed.count))
        for name in failed { sink.add("node_systemd_unit_state", [Label("name", name), Label("state", "failed")], 1) }
    }

    /// `systemctl show`: one unit in node_exporter's five states, one of them 1.
    mutating func readUnit(_ content: Range<Int>) {
        var name: String?
        var state: Range<Int>?
        text.eachLine(content) { line in
            if text.starts(line, "Id=") { name = text.label(line.dropFirst(3)) }
            if text.starts(line, "ActiveState=") { state = line.dropFirst(12) }
        }
        guard let name, !name.isEmpty, let state else { return }
        let found = text.label(state)
        for known in ["active", "activating", "deactivating", "inactive", "failed"] {
            sink.add("node_systemd_unit_state", [Label("name", name), Label("state", known)], known == found ? 1 : 0)
        }
    }
}
