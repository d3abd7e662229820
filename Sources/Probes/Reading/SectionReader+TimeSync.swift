internal import FleetModel

/// What the node's time keepers said; the most telling one wins.
struct TimeSources {
    var chrony: Sync?
    var container: Sync?
    var ntpq: Sync?
    var isSyncedBySystemd: Bool?
    var isSyncedByKernel: Bool?
    var chronyReach: Double?

    struct Sync {
        var isSynced: Bool
        /// Server minus node, in milliseconds, as ntpq has it.
        var offset: Double?
        var stratum: Double?
        /// The reach register of the source in use: eight bits, 255 when all of the last eight polls were answered.
        var reach: Double?
    }
}

extension SectionReader {
    mutating func readTimeSource(_ name: String, _ content: Range<Int>) {
        switch name {
        case "chrony":
            readChronyTracking(content)
            readChronySources(content)
        // Probes installed earlier asked in two steps.
        case "chrony.tracking": readChronyTracking(content)
        case "chrony.sources": readChronySources(content)
        case "ntpq": time.ntpq = peers(content)
        case "ntpq.container": time.container = peers(content)
        case "timedatectl": readTimedatectl(content)
        default: readAdjtimex(content)
        }
    }

    mutating func finishTime() {
        sink.turn(to: .time)
        if time.chrony != nil { time.chrony?.reach = time.chronyReach }
        if let kernel = time.isSyncedByKernel ?? time.isSyncedBySystemd {
            sink.add("node_timex_sync_status", kernel ? 1 : 0)
        }
        guard let sync = time.container ?? time.chrony ?? time.ntpq else {
            let isSynced = time.isSyncedBySystemd ?? time.isSyncedByKernel
            return sink.add("ntp_synced", isSynced.map { $0 ? 1 : 0 })
        }
        sink.add("ntp_synced", sync.isSynced ? 1 : 0)
        sink.add("ntp_offset_ms", sync.offset)
        sink.add("ntp_stratum", sync.stratum)
        sink.add("ntp_reach", sync.reach)
    }

    /// `chronyc -c tracking`: reference, name, stratum, time, correction still to be made in seconds, …, leap state.
    private mutating func readChronyTracking(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.commaFields(line)
            guard fields.count >= 14, let stratum = text.number(fields[2]) else { return }
            let isSynced = stratum > 0 && stratum < 16 && !text.matches(fields[13], "Not synchronised")
            time.chrony = .init(
                isSynced: isSynced,
                offset: text.number(fields[4]).map { $0 * 1000 },
                stratum: stratum,
                reach: nil
            )
        }
    }

    /// `chronyc -c sources`: mode, state, name, stratum, poll, reach in octal, …
    private mutating func readChronySources(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.commaFields(line)
            guard fields.count >= 6, text.matches(fields[1], "*") else { return }
            time.chronyReach = text.integer(fields[5], radix: 8).map { Double($0) }
        }
    }

    /// `ntpq -pn`: the line of the source in use begins with `*`, or with `o` where it is a pulse per second.
    private func peers(_ content: Range<Int>) -> TimeSources.Sync? {
        var sync: TimeSources.Sync?
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard fields.count >= 10, let first = line.first, let jitter = fields.last, text.number(jitter) != nil,
                let offset = text.number(fields[fields.count - 2])
            else { return }
            let isSource = text.bytes[first] == UInt8(ascii: "*") || text.bytes[first] == UInt8(ascii: "o")
            guard isSource else {
                sync = sync ?? .init(isSynced: false)
                return
            }
            let stratum = text.number(fields[fields.count - 8]).map { min($0 + 1, 16) }
            let reach = text.integer(fields[fields.count - 4], radix: 8).map { Double($0) }
            sync = .init(isSynced: true, offset: offset, stratum: stratum, reach: reach)
        }
        return sync
    }

    private mutating func readTimedatectl(_ content: Range<Int>) {
        text.eachLine(content) { line in
            guard text.starts(line, "NTPSynchronized=") else { return }
            time.isSyncedBySystemd = text.matches(line, "NTPSynchronized=yes")
        }
    }

    /// busybox's `adjtimex`, which changes nothing without options.
    private mutating func readAdjtimex(_ content: Range<Int>) {
        var figures: [String: Double] = [:]
        text.eachLine(content) { line in
            guard let colon = line.first(where: { text.bytes[$0] == UInt8(ascii: ":") }) else { return }
            let words = text.fields(line.lowerBound..<colon)
            var cursor = colon + 1
            guard let key = words.last, let value = text.field(&cursor, until: line.upperBound) else { return }
            figures[text.label(key)] = text.number(value)
        }
        // Status bit 0x2000 says that the kernel counts the offset in nanoseconds.
        let status = figures["status"]
        let isNano = status.flatMap { UInt32(exactly: $0) }.map { $0 & 0x2000 != 0 } ?? false
        time.isSyncedByKernel = figures["value"].map { $0 != 5 }
        sink.add("node_timex_status", status)
        sink.add("node_timex_offset_seconds", figures["offset"].map { $0 / (isNano ? 1e9 : 1e6) })
        sink.add("node_timex_maxerror_seconds", figures["maxerror"].map { $0 / 1e6 })
        sink.add("node_timex_estimated_error_seconds", figures["esterror"].map { $0 / 1e6 })
        sink.add("node_timex_frequency_adjustment_ratio", figures["freq.adjust"].map { 1 + $0 / 65_536 / 1e6 })
        sink.add("node_timex_tick_seconds", figures["tick"].map { $0 / 1e6 })
    }
}
