package import FleetModel
package import GoTemplate

/// The functions that Alertmanager's templates have beside Go's.
package enum AlertFunctions {
    /// The zone of this name at this moment (seconds since 1970); nil where there is no such zone.
    package typealias ZoneLookUp = @Sendable (_ name: String, _ seconds: Int64) -> GoTime.Zone?

    /// - `now`: what `now` and `since` tell.
    package static func table(
        now: Timestamp,
        zone: @escaping ZoneLookUp = { name, _ in name == "UTC" ? .utc : nil }
    ) -> [String: GoFunction] {
        texts.merging(collections) { $1 }.merging(times(now, zone)) { $1 }
    }

    private static let texts: [String: GoFunction] = [
        "toUpper": GoFunction([.string]) { .string($0[0].string.uppercased()) },
        "toLower": GoFunction([.string]) { .string($0[0].string.lowercased()) },
        "title": GoFunction([.string]) { .string(TitleCase.text($0[0].string)) },
        "trimSpace": GoFunction([.string]) { .string(trimmed($0[0].string)) },
        "safeHtml": GoFunction([.string]) { .object(GoSafeHTML($0[0].string)) },
        "safeUrl": GoFunction([.string]) { $0[0] },
        "urlUnescape": GoFunction(
            [.string],
            { values throws(GoFunctionError) in
                .string(try QueryText.unescaped(values[0].string))
            }
        ),
        "match": GoFunction(
            [.string, .string],
            { values throws(GoFunctionError) in
                .bool(try pattern(values[0].string).isFound(in: values[1].string))
            }
        ),
        "reReplaceAll": GoFunction(
            [.string, .string, .string],
            { values throws(GoFunctionError) in
                let (pattern, text) = (try pattern(values[0].string), values[2].string)
                return .string(try pattern.replacing(in: text, with: values[1].string))
            }
        ),
        "humanizeDuration": GoFunction(
            [.any],
            { values throws(GoFunctionError) in
                .string(try HumanDuration.text(values[0]))
            }
        ),
    ]

    private static let collections: [String: GoFunction] = [
        "stringSlice": GoFunction(rest: .string) { .list($0) },
        "list": GoFunction(rest: .any) { .list($0) },
        "join": GoFunction(
            [.string, .strings],
            { values throws(GoFunctionError) in
                var text = BoundedText()
                for (index, part) in values[1].strings.enumerated() {
                    if index > 0 { try text.append(values[0].string) }
                    try text.append(part)
                }
                return .string(text.text)
            }
        ),
        "append": GoFunction(
            [.any],
            rest: .any,
            { values throws(GoFunctionError) in
                guard case .list(let elements) = values[0].plain else {
                    throw GoFunctionError("append wants a list, not \(GoPrinter.text(of: values[0]).prefix(40))")
                }
                guard elements.count < 100_000 else { throw GoFunctionError("the list is longer than 100000 elements") }
                return .list(elements + values.dropFirst())
            }
        ),
        "dict": GoFunction(
            rest: .any,
            { values throws(GoFunctionError) in
                guard values.count % 2 == 0 else { throw GoFunctionError("dict requires an even number of arguments") }
                var entries: [String: GoValue] = [:]
                for index in stride(from: 0, to: values.count, by: 2) {
                    guard case .string(let key) = values[index] else {
                        throw GoFunctionError("dict keys must be strings")
                    }
                    entries[key] = values[index + 1]
                }
                return .map(GoMap(entries))
            }
        ),
        "toJson": GoFunction([.any], { values throws(GoFunctionError) in .string(try GoJSON.text(values[0])) }),
    ]

    private static func times(_ now: Timestamp, _ zone: @escaping ZoneLookUp) -> [String: GoFunction] {
        [
            "now": GoFunction { _ in .object(GoTime(now)) },
            "since": GoFunction(
                [.object("time.Time")],
                { values throws(GoFunctionError) in
                    .object(GoDuration(nanoseconds: GoTime(now).nanoseconds(since: try time(values[0]))))
                }
            ),
            "date": GoFunction(
                [.string, .object("time.Time")],
                { values throws(GoFunctionError) in
                    .string(try time(values[1]).formatted(values[0].string))
                }
            ),
            "tz": GoFunction(
                [.string, .object("time.Time")],
                { values throws(GoFunctionError) in
                    let (name, moment) = (values[0].string, try time(values[1]))
                    guard let place = zone(name, moment.seconds) else {
                        throw GoFunctionError("unknown time zone \(name)")
                    }
                    return .object(moment.moved(to: place))
                }
            ),
        ]
    }

    private static func time(_ value: GoValue) throws(GoFunctionError) -> GoTime {
        guard case .object(let object) = value, let time = object as? GoTime else {
            throw GoFunctionError("wants a time")
        }
        return time
    }

    private static func pattern(_ text: String) throws(GoFunctionError) -> Pattern {
        do {
            return try Pattern(text)
        } catch {
            throw GoFunctionError("error parsing regexp: \(error.problem): `\(text.prefix(200))`")
        }
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let head = scalars.drop(while: \.properties.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(head[...last]))
    }
}

/// A capital at the beginning of each word, small letters behind it.
enum TitleCase {
    static func text(_ text: String) -> String {
        var result = ""
        var isInWord = false
        for character in text {
            let belongs = character.isLetter || character.isNumber || character == "_" || isInWord && character == "'"
            if belongs {
                result += isInWord ? character.lowercased() : character.uppercased()
            } else {
                result.append(character)
            }
            isInWord = belongs
        }
        return result
    }
}

/// Percent-encoded text of an address's query.
enum QueryText {
    static func unescaped(_ text: String) throws(GoFunctionError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.utf8.first != UInt8(ascii: "+"),
                    let code = UInt8(digits, radix: 16)
                else { throw GoFunctionError("invalid URL escape \("%" + digits)") }
                bytes.append(code)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
