internal import Alerting
internal import FleetModel

extension AlertmanagerReading {
    /// `time_intervals`, and the older `mute_time_intervals`.
    func intervals(_ file: KnownMapping) -> TimeIntervals {
        var found: TimeIntervals = [:]
        for key in ["mute_time_intervals", "time_intervals"] {
            for node in file.list(key) ?? [] {
                let keys: Set = ["name", "time_intervals"]
                guard let fields = KnownMapping(node, "a time interval", keys: keys, mistakes) else { continue }
                guard let name = fields.text("name"), !name.isEmpty else {
                    mistakes.add("a time interval without a name", at: node.mark)
                    continue
                }
                if found[name] != nil {
                    mistakes.add("the time interval “\(name.quotedForMessage)” is there twice", at: node.mark)
                }
                found[name] = (fields.list("time_intervals") ?? []).compactMap { interval($0) }
            }
        }
        return found
    }

    private func interval(_ node: YAMLNode) -> TimeInterval? {
        let keys: Set = ["times", "weekdays", "days_of_month", "months", "years", "location"]
        guard let fields = KnownMapping(node, "a time interval", keys: keys, mistakes) else { return nil }
        return TimeInterval(
            times: (fields.list("times") ?? []).compactMap { time($0) },
            weekdays: parts(fields, "weekdays", IntervalText.weekdays),
            daysOfMonth: parts(fields, "days_of_month", IntervalText.daysOfMonth),
            months: parts(fields, "months", IntervalText.months),
            years: parts(fields, "years", IntervalText.years),
            zone: zone(fields)
        )
    }

    private func parts<T>(_ fields: KnownMapping, _ key: String, _ read: (String) throws(IntervalError) -> T) -> [T] {
        (fields.list(key) ?? []).compactMap { node in
            guard let text = mistakes.text(node, "an element of “\(key)”") else { return nil }
            do throws(IntervalError) {
                return try read(text)
            } catch {
                mistakes.add(error.problem, at: node.mark)
                return nil
            }
        }
    }

    private func time(_ node: YAMLNode) -> Range<Int>? {
        let keys: Set = ["start_time", "end_time"]
        guard let fields = KnownMapping(node, "a time range", keys: keys, mistakes) else { return nil }
        guard let start = minute(fields, "start_time"), let end = minute(fields, "end_time") else { return nil }
        guard start < end else {
            mistakes.add("the time range ends before it begins, or has no length", at: node.mark)
            return nil
        }
        return start..<end
    }

    private func minute(_ fields: KnownMapping, _ key: String) -> Int? {
        guard let text = fields.text(key) else {
            mistakes.add("a time range needs start_time and end_time", at: fields.mark)
            return nil
        }
        guard let minute = IntervalText.minute(text) else {
            let mark = fields[key]?.mark ?? fields.mark
            mistakes.add("“\(text.quotedForMessage)” is no time of day: expected 00:00 to 24:00", at: mark)
            return nil
        }
        return minute
    }

    private func zone(_ fields: KnownMapping) -> TimeZoneRules? {
        guard let name = fields.text("location"), !name.isEmpty, name != "UTC" else { return nil }
        guard let zone = zones(name) else {
            let mark = fields["location"]?.mark ?? fields.mark
            mistakes.add("this machine knows no time zone “\(name.quotedForMessage)” (package tzdata)", at: mark)
            return nil
        }
        return zone
    }
}
