package import FleetModel

/// Go's `time.Time`: a moment to the nanosecond and the zone it is written in.
package struct GoTime: GoObject, Hashable {
    /// Since 1970; may be far before.
    package let seconds: Int64
    package let nanoseconds: Int64
    package let zone: Zone

    package struct Zone: Hashable, Sendable {
        /// Seconds east of UTC.
        package var offset: Int64
        /// `CET`; empty where the zone has none.
        package var name: String

        package init(offset: Int64, name: String) {
            self.offset = offset
            self.name = name
        }

        package static let utc = Zone(offset: 0, name: "UTC")
    }

    package init(seconds: Int64, nanoseconds: Int64 = 0, zone: Zone = .utc) {
        // Far beyond any calendar; sums of such moments stay whole.
        self.seconds = min(max(seconds, -1 << 50), 1 << 50)
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
        self.zone = zone
    }

    package init(_ moment: Timestamp, zone: Zone = .utc) {
        let seconds = moment.milliseconds >= 0 ? moment.milliseconds / 1000 : (moment.milliseconds - 999) / 1000
        self.init(seconds: seconds, nanoseconds: (moment.milliseconds - seconds * 1000) * 1_000_000, zone: zone)
    }

    /// The first of January of the year 1: Go's "no time".
    package static let zero = GoTime(seconds: -62_135_596_800)

    package func moved(to zone: Zone) -> GoTime { GoTime(seconds: seconds, nanoseconds: nanoseconds, zone: zone) }

    package var typeName: String { "time.Time" }
    package var core: GoCore { .structure([]) }
    package var text: String? { formatted("2006-01-02 15:04:05.999999999 -0700 MST") }

    /// - `layout`: Go's reference time, `Mon Jan 2 15:04:05 MST 2006`, in the wanted form.
    package func formatted(_ layout: String) -> String { GoTimeLayout.text(of: self, layout) }

    var civil: CivilTime { CivilTime(seconds: seconds + zone.offset) }

    package func method(_ name: String) -> GoFunction? {
        if let field = number(name) { return GoFunction { _ in .int(field) } }
        let time = self
        switch name {
        case "Format": return GoFunction([.string]) { .string(time.formatted($0[0].string)) }
        case "String": return GoFunction { _ in .string(time.text ?? "") }
        case "UTC": return GoFunction { _ in .object(time.moved(to: .utc)) }
        case "Local": return GoFunction { _ in .object(time.moved(to: .utc)) }
        case "IsZero": return GoFunction { _ in .bool(time.seconds == Self.zero.seconds && time.nanoseconds == 0) }
        case "Month": return GoFunction { _ in .object(GoNamedNumber.month(time.civil.month)) }
        case "Weekday": return GoFunction { _ in .object(GoNamedNumber.weekday(time.civil.weekday)) }
        case "Add": return GoFunction([.any]) { .object(time.adding(nanoseconds: $0[0].int)) }
        case "Sub": return relation { .object(GoDuration(nanoseconds: time.nanoseconds(since: $0))) }
        case "Before": return relation { .bool(time.isBefore($0)) }
        case "After": return relation { .bool($0.isBefore(time)) }
        case "Equal": return relation { .bool(!time.isBefore($0) && !$0.isBefore(time)) }
        default: return nil
        }
    }

    private func number(_ name: String) -> Int64? {
        switch name {
        case "Unix": seconds
        case "UnixMilli": seconds * 1000 + nanoseconds / 1_000_000
        case "Year": civil.year
        case "Day": civil.day
        case "Hour": civil.hour
        case "Minute": civil.minute
        case "Second": civil.second
        case "Nanosecond": nanoseconds
        case "YearDay": civil.yearDay
        default: nil
        }
    }

    private func relation(_ body: @escaping @Sendable (GoTime) -> GoValue) -> GoFunction {
        GoFunction([.object(typeName)]) { values throws(GoFunctionError) in
            guard case .object(let object) = values[0], let other = object as? GoTime else {
                throw GoFunctionError("wants a time")
            }
            return body(other)
        }
    }

    private func isBefore(_ other: GoTime) -> Bool {
        (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
    }

    private func adding(nanoseconds more: Int64) -> GoTime {
        let (whole, rest) = (more / 1_000_000_000, more % 1_000_000_000)
        var (seconds, part) = (seconds + whole, nanoseconds + rest)
        if part >= 1_000_000_000 { (seconds, part) = (seconds + 1, part - 1_000_000_000) }
        if part < 0 { (seconds, part) = (seconds - 1, part + 1_000_000_000) }
        return GoTime(seconds: seconds, nanoseconds: part, zone: zone)
    }

    /// As Go has it: what does not fit is the longest duration.
    package func nanoseconds(since other: GoTime) -> Int64 {
        let (whole, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < other.seconds ? .min : .max }
        let (sum, tooMuch) = whole.addingReportingOverflow(nanoseconds - other.nanoseconds)
        return tooMuch ? (seconds < other.seconds ? .min : .max) : sum
    }
}

/// A number that prints as a word: a month, a day of the week.
struct GoNamedNumber: GoObject {
    let typeName: String
    let number: Int64
    let name: String

    var core: GoCore { .plain(.int(number)) }
    var text: String? { name }

    func method(_ name: String) -> GoFunction? {
        guard name == "String" else { return nil }
        let text = self.name
        return GoFunction { _ in .string(text) }
    }

    static func month(_ number: Int64) -> GoNamedNumber {
        GoNamedNumber(typeName: "time.Month", number: number, name: CivilTime.months[Int(number) - 1])
    }

    static func weekday(_ number: Int64) -> GoNamedNumber {
        GoNamedNumber(typeName: "time.Weekday", number: number, name: CivilTime.weekdays[Int(number)])
    }
}
