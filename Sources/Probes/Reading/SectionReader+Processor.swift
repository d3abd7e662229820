internal import FleetModel

// USER_HZ is 100 on every Linux that has a C library's sysconf; node_exporter takes the same.
private let ticksPerSecond = 100.0

extension SectionReader {
    /// `/proc/stat`.
    mutating func readStat(_ content: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            guard let key = text.field(&cursor, until: line.upperBound) else { return }
            if text.starts(key, "cpu") {
                if key.count > 3 { readProcessor(key.dropFirst(3), from: cursor, until: line.upperBound) }
            } else if let name = statName(key) {
                let value = text.field(&cursor, until: line.upperBound).flatMap(text.number)
                if text.matches(key, "btime") { clock.bootTime = value }
                sink.add(name, value)
            }
        }
    }

    private func statName(_ key: Range<Int>) -> String? {
        if text.matches(key, "ctxt") { return "node_context_switches_total" }
        if text.matches(key, "btime") { return "node_boot_time_seconds" }
        if text.matches(key, "processes") { return "node_forks_total" }
        if text.matches(key, "intr") { return "node_intr_total" }
        if text.matches(key, "procs_running") { return "node_procs_running" }
        if text.matches(key, "procs_blocked") { return "node_procs_blocked" }
        return nil
    }

    private mutating func readProcessor(_ number: Range<Int>, from start: Int, until end: Int) {
        guard number.count <= 5, text.number(number) != nil else { return }
        processors += 1
        let processor = Label("cpu", text.label(number))
        var cursor = start
        for mode in Self.modes {
            guard let ticks = text.field(&cursor, until: end).flatMap(text.number) else { return }
            sink.add("node_cpu_seconds_total", [processor, mode], ticks / ticksPerSecond)
        }
    }

    private static let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"].map {
        Label("mode", $0)
    }

    /// `/proc/loadavg`.
    mutating func readLoad(_ content: Range<Int>) {
        var cursor = content.lowerBound
        for name in ["node_load1", "node_load5", "node_load15"] {
            sink.add(name, text.field(&cursor, until: content.upperBound).flatMap(text.number))
        }
    }

    /// `/proc/sys/fs/file-nr`: allocated, unused, maximum.
    mutating func readFileHandles(_ content: Range<Int>) {
        var cursor = content.lowerBound
        guard let line = text.line(&cursor, until: content.upperBound) else { return }
        let fields = text.fields(line)
        guard fields.count == 3 else { return }
        sink.add("node_filefd_allocated", text.number(fields[0]))
        sink.add("node_filefd_maximum", text.number(fields[2]))
    }

    /// `/proc/pressure/*`: totals are in microseconds.
    mutating func readPressure(_ section: String, _ content: Range<Int>) {
        let (waiting, stalled) = Self.pressureNames(section)
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard let kind = fields.first, let total = fields.last, text.starts(total, "total=") else { return }
            let seconds = text.number(total.dropFirst(6)).map { $0 / 1_000_000 }
            if text.matches(kind, "some") { sink.add(waiting, seconds) }
            if text.matches(kind, "full"), let stalled { sink.add(stalled, seconds) }
        }
    }

    // The kernel prints a `full` line for the CPU that is always nought; node_exporter leaves it out.
    private static func pressureNames(_ section: String) -> (waiting: String, stalled: String?) {
        switch section {
        case "pressure/cpu": ("node_pressure_cpu_waiting_seconds_total", nil)
        case "pressure/io": ("node_pressure_io_waiting_seconds_total", "node_pressure_io_stalled_seconds_total")
        default: ("node_pressure_memory_waiting_seconds_total", "node_pressure_memory_stalled_seconds_total")
        }
    }
}
