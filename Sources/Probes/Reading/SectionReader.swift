internal import FleetModel

/// Reads the sections of one frame; the extensions each know one family.
struct SectionReader {
    typealias Label = Sample.Label

    let text: ProbeText
    var sink = SampleSink()
    var facts = NodeFacts()
    var hasIdentity = false
    var clock = ClockLines()
    var time = TimeSources()
    var mounts: [String: Mount] = [:]
    var sensors: [Range<Int>] = []
    var processors = 0

    init(_ text: ProbeText) {
        self.text = text
    }

    mutating func read(_ section: ProbeText.Section) {
        let content = section.content
        sink.turn(to: Self.topic(of: section.name))
        switch section.name {
        case "clock": readClock(content)
        case "done": clock.doneUptime = text.firstField(content).flatMap(text.number)
        case "stat": readStat(content)
        case "loadavg": readLoad(content)
        case "meminfo": readMemory(content)
        case "diskstats": readDisks(content)
        case "net/dev": readNetwork(content)
        case "operstate": readOperState(content)
        case "pressure/cpu", "pressure/io", "pressure/memory": readPressure(section.name, content)
        case "sys/fs/file-nr": readFileHandles(content)
        case "sys/net/netfilter/nf_conntrack_count": readGauge("node_nf_conntrack_entries", content)
        case "sys/net/netfilter/nf_conntrack_max": readGauge("node_nf_conntrack_entries_limit", content)
        case "sys/kernel/random/boot_id": facts.bootID = text.firstField(content).map(text.label)
        case "sensors": readSensors(content)
        case "throttled": readThrottled(content)
        case "mounts": readMounts(content)
        case "statfs": readStatfs(content, root: section.argument)
        case "df": readDf(content, root: section.argument)
        case "chrony", "chrony.tracking", "chrony.sources", "ntpq", "ntpq.container", "timedatectl", "adjtimex":
            readTimeSource(section.name, content)
        case "containers": readContainers(content, engine: section.argument)
        case "systemd.failed": readFailedUnits(content)
        case "systemd.unit": readUnit(content)
        case "pulse": readPulse(content)
        default: readIdentity(section.name, content)
        }
    }

    mutating func finish() -> ProbeReading {
        finishTime()
        let clock = finishClock()
        sink.turn(to: .identity)
        addIdentitySamples()
        facts.processors = processors
        return ProbeReading(topics: sink.finish(), facts: hasIdentity ? facts : nil, clock: clock)
    }

    mutating func readGauge(_ name: String, _ content: Range<Int>) {
        sink.add(name, text.firstField(content).flatMap(text.number))
    }

    private mutating func readPulse(_ content: Range<Int>) {
        for sample in Pulse.parse(Array(text.bytes[content]))?.samples ?? Pulse.silence {
            sink.add(sample.name, sample.labels, sample.value)
        }
    }

    private static func topic(of section: String) -> ProbeTopic {
        switch section {
        case "mounts", "statfs", "df": .filesystems
        case "chrony", "chrony.tracking", "chrony.sources", "ntpq", "ntpq.container", "timedatectl", "adjtimex": .time
        case "containers": .containers
        case "systemd.failed": .systemd
        case "systemd.unit": .units
        case "pulse": .pulse
        case "uname", "machine", "os-release", "cpuinfo", "model", "addresses": .identity
        // From sysfs it comes with every sample, from vcgencmd when the family is asked for.
        case "throttled": .hardware
        default: .fast
        }
    }
}
