/// The dates of YAML 1.1, which Ansible prints in ISO 8601.
enum YAMLTimestamp {
    /// Nil: no date at all. An inner nil: written like a date, but there is no such day or hour.
    static func isoFormat(_ bytes: [UInt8]) -> String?? {
        var reader = DigitReader(bytes: bytes)
        guard let year = reader.number(4...4), reader.take("-"), let month = reader.number(1...2), reader.take("-"),
            let day = reader.number(1...2)
        else { return nil }
        let date = "\(padded(year, 4))-\(padded(month))-\(padded(day))"
        let exists = year > 0 && isDay(year, month, day)
        if reader.isAtEnd {
            // A date alone wants two digits everywhere.
            return bytes.count == 10 ? .some(exists ? date : nil) : nil
        }
        guard reader.take("T") || reader.take("t") || reader.takeBlanks() > 0, let time = reader.time() else {
            return nil
        }
        return .some(exists && time.exists ? date + "T" + time.text : nil)
    }

    private static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        guard (1...12).contains(month) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return (1...length).contains(day)
    }

    fileprivate static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func number(_ width: ClosedRange<Int>) -> Int? {
        let digits = bytes[position...].prefix(width.upperBound).prefix { (0x30...0x39).contains($0) }
        guard width.contains(digits.count) else { return nil }
        position += digits.count
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: letter) else { return false }
        position += 1
        return true
    }

    mutating func takeBlanks() -> Int {
        let blanks = bytes[position...].prefix { $0 == 0x20 || $0 == 0x09 }.count
        position += blanks
        return blanks
    }

    /// `hh:mm:ss[.fraction][zone]` up to the end.
    mutating func time() -> (text: String, exists: Bool)? {
        guard let hour = number(1...2), take(":"), let minute = number(2...2), take(":"), let second = number(2...2)
        else {
            return nil
        }
        var text = [hour, minute, second].map { YAMLTimestamp.padded($0) }.joined(separator: ":")
        if take(".") {
            let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
            position += digits.count
            let micro = String(decoding: digits.prefix(6), as: UTF8.self)
            if micro.contains(where: { $0 != "0" }) {
                text += "." + micro + String(repeating: "0", count: 6 - micro.count)
            }
        }
        let exists = hour < 24 && minute < 60 && second < 60
        return zone().map { (text + $0, exists) }
    }

    /// Empty where none is given; nil where something else follows.
    private mutating func zone() -> String? {
        if isAtEnd { return "" }
        _ = takeBlanks()
        if take("Z") { return isAtEnd ? "+00:00" : nil }
        let sign = take("-") ? "-" : take("+") ? "+" : nil
        guard let sign, let hour = number(1...2) else { return nil }
        var minute = 0
        if take(":") {
            guard let given = number(2...2) else { return nil }
            minute = given
        }
        guard isAtEnd else { return nil }
        return (hour == 0 && minute == 0 ? "+" : sign) + YAMLTimestamp.padded(hour) + ":" + YAMLTimestamp.padded(minute)
    }
}
