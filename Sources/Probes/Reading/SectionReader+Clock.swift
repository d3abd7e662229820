/// The lines from which the node's clock is put together.
struct ClockLines {
    var epoch: Double?
    var uptime: Double?
    var doneUptime: Double?
    var calibration: Calibration?
    var bootTime: Double?

    /// The wall clock beside the uptime, read together a little earlier.
    struct Calibration {
        /// The wall clock when the uptime was nought.
        var base: Double
        var bootTime: Double
        var resolution: Double
    }
}

extension SectionReader {
    /// `now UPTIME [EPOCH]` and `wall SECONDS UPTIME-BEFORE UPTIME-AFTER BOOT-TIME`.
    mutating func readClock(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard let kind = fields.first else { return }
            if text.matches(kind, "now"), fields.count >= 2 {
                clock.uptime = text.number(fields[1])
                clock.epoch = fields.count > 2 ? text.number(fields[2]) : nil
            } else if text.matches(kind, "wall"), fields.count >= 5 {
                clock.calibration = calibration(fields)
            }
        }
    }

    private func calibration(_ fields: [Range<Int>]) -> ClockLines.Calibration? {
        guard let before = text.number(fields[2]), let after = text.number(fields[3]),
            let bootTime = text.number(fields[4])
        else { return nil }
        let middle = (before + after) / 2
        // Where in between `date` read the clock is not known: on a busy node that is more than a grain.
        let doubt = max(0, after - before) / 2
        if let wall = text.number(fields[1]), text.bytes[fields[1]].contains(UInt8(ascii: ".")) {
            return .init(base: wall - middle, bootTime: bootTime, resolution: 0.01 + doubt)
        }
        // Small `date`s print %N as it stands.
        let whole = fields[1].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text.bytes[$0]) }
        return text.number(whole).map { .init(base: $0 + 0.5 - middle, bootTime: bootTime, resolution: 1 + doubt) }
    }

    mutating func finishClock() -> NodeClock? {
        guard let uptime = clock.uptime, let (now, resolution) = wallClock(at: uptime) else { return nil }
        sink.turn(to: .fast)
        sink.add("node_time_seconds", now)
        let worked = clock.doneUptime.map { max(0, $0 - uptime) } ?? 0
        return NodeClock(received: now, answered: now + worked, resolution: resolution)
    }

    // The distance between wall clock and uptime changes only when the clock is set, and then the boot time that the
    // kernel reports moves with it: whole seconds of a step are seen at once, the rest at the next calibration.
    private func wallClock(at uptime: Double) -> (now: Double, resolution: Double)? {
        if let epoch = clock.epoch { return (epoch, 0.000_001) }
        guard let calibration = clock.calibration else { return nil }
        guard let bootTime = clock.bootTime, calibration.bootTime > 0 else {
            return (calibration.base + uptime, calibration.resolution)
        }
        let step = bootTime - calibration.bootTime
        // Older kernels let the reported boot time waver by one second.
        guard abs(step) > 1 else { return (calibration.base + uptime, calibration.resolution) }
        return (calibration.base + step + uptime, 1)
    }
}
