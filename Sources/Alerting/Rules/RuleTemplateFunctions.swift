internal import FleetModel
internal import GoTemplate

/// The functions that Prometheus adds to Go's templates.
struct RuleTemplateFunctions {
    let externalURL: String
    let now: Timestamp
    let ask: @Sendable (String) -> Result<[VectorElement], RuleTemplate.QueryProblem>

    init(
        externalURL: String,
        now: Timestamp,
        ask: @escaping @Sendable (String) -> Result<[VectorElement], RuleTemplate.QueryProblem>
    ) {
        self.externalURL = externalURL
        self.now = now
        self.ask = ask
    }

    var table: [String: GoFunction] {
        Self.fixed.merging(asking) { $1 }
    }

    private var asking: [String: GoFunction] {
        let (externalURL, seconds) = (externalURL, Double(now.milliseconds) / 1000)
        return [
            "query": GoFunction([.string]) { [ask] values throws(GoFunctionError) in
                switch ask(values[0].string) {
                case .success(let vector): return .list(vector.map { .object(QueriedSample($0)) })
                case .failure(let problem): throw GoFunctionError(problem.text)
                }
            },
            "externalURL": GoFunction { _ in .string(externalURL) },
            "pathPrefix": GoFunction { _ in .string(Self.path(of: externalURL)) },
            "now": GoFunction { _ in .float(seconds) },
        ]
    }

    private static func path(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let path = url[scheme.upperBound...].drop { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(path.prefix { $0 != "?" && $0 != "#" })
    }

    private static let fixed = texts.merging(samples) { $1 }.merging(numbers) { $1 }

    // MARK: Samples

    private static let samples: [String: GoFunction] = [
        "first": GoFunction([.any]) { values throws(GoFunctionError) in
            guard case .list(let elements) = values[0].plain, let first = elements.first else {
                throw GoFunctionError("first() called on vector with no elements")
            }
            return first
        },
        "label": GoFunction([.string, .object(QueriedSample.type)]) { values in
            .string(QueriedSample.of(values[1])?.element.labels[values[0].string] ?? "")
        },
        "value": GoFunction([.object(QueriedSample.type)]) { .float(QueriedSample.of($0[0])?.element.value ?? .nan) },
        "strvalue": GoFunction([.object(QueriedSample.type)]) {
            .string(QueriedSample.of($0[0])?.element.labels["__value__"] ?? "")
        },
        "sortByLabel": GoFunction([.string, .any]) { values in
            guard case .list(let elements) = values[1].plain else { return values[1] }
            let name = values[0].string
            let keyed = elements.map { (QueriedSample.of($0)?.element.labels[name] ?? "", $0) }
            return .list(
                keyed.enumerated().sorted { left, right in
                    if left.element.0.hasSameBytes(as: right.element.0) { return left.offset < right.offset }
                    return left.element.0.isBefore(right.element.0)
                }.map(\.element.1)
            )
        },
        "args": GoFunction(rest: .any) { values in
            let pairs = values.enumerated().map { ("arg\($0.offset)", $0.element) }
            return .map(GoMap(Dictionary(uniqueKeysWithValues: pairs)))
        },
    ]

    // MARK: Texts

    private static let texts: [String: GoFunction] = [
        "title": text(TemplateWords.title),
        "toUpper": text { $0.uppercased() },
        "toLower": text { $0.lowercased() },
        "stripPort": text { HostPort($0)?.host ?? $0 },
        "stripDomain": text(HostPort.withoutDomain),
        "graphLink": text { "/graph?g0.expr=\(GoEscaping.query($0))&g0.tab=0" },
        "tableLink": text { "/graph?g0.expr=\(GoEscaping.query($0))&g0.tab=1" },
        "safeHtml": GoFunction([.string]) { .object(GoSafeHTML($0[0].string)) },
        "match": GoFunction([.string, .string]) { values throws(GoFunctionError) in
            .bool(try pattern(values[0].string).isFound(in: values[1].string))
        },
        "reReplaceAll": GoFunction([.string, .string, .string]) { values throws(GoFunctionError) in
            .string(try pattern(values[0].string).replacingMatches(in: values[2].string, with: values[1].string))
        },
    ]

    private static func text(_ change: @escaping @Sendable (String) -> String) -> GoFunction {
        GoFunction([.string]) { .string(change($0[0].string)) }
    }

    private static func pattern(_ text: String) throws(GoFunctionError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw GoFunctionError("error parsing regexp: \(error.problem)")
        }
    }

    // MARK: Numbers

    private static let numbers: [String: GoFunction] = [
        "humanize": number { .string(HumanNumber($0).decimal) },
        "humanize1024": number { .string(HumanNumber($0).binary) },
        "humanizeDuration": number { .string(HumanNumber($0).duration) },
        "humanizePercentage": number { .string(GoFloat($0 * 100).general(precision: 4) + "%") },
        "humanizeTimestamp": number { number throws(GoFunctionError) in
            guard number.isFinite else { return .string(GoFloat(number).general(precision: 4)) }
            return .string(try moment(number).text ?? "")
        },
        "toTime": number { number throws(GoFunctionError) in .object(try moment(number)) },
        "parseDuration": GoFunction([.string]) { values throws(GoFunctionError) in
            guard let seconds = HumanNumber.seconds(inDuration: values[0].string) else {
                throw GoFunctionError("not a valid duration string: \(values[0].string.quoted)")
            }
            return .float(seconds)
        },
    ]

    private static func number(
        _ change: @escaping @Sendable (Double) throws(GoFunctionError) -> GoValue
    ) -> GoFunction {
        GoFunction([.any]) { values throws(GoFunctionError) in try change(float(values[0])) }
    }

    private static func float(_ value: GoValue) throws(GoFunctionError) -> Double {
        switch value.plain {
        case .float(let number): return number
        case .int(let number): return Double(number)
        case .string(let text):
            guard let number = HumanNumber.number(text) else {
                throw GoFunctionError("strconv.ParseFloat: parsing \(text.quoted): invalid syntax")
            }
            return number
        default: throw GoFunctionError("can't convert \(value.typeName) to float")
        }
    }

    private static func moment(_ seconds: Double) throws(GoFunctionError) -> GoTime {
        guard seconds.isFinite else { throw GoFunctionError("value is NaN or Inf") }
        guard (seconds * 1e9).magnitude < 0x1p63 else {
            let shown = GoFloat(seconds).general
            throw GoFunctionError("\(shown) cannot be represented as a nanoseconds timestamp since it overflows int64")
        }
        return GoTime(Timestamp(milliseconds: Int64(seconds * 1e9) / 1_000_000))
    }
}
