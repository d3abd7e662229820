import ArgumentParser
import FleetModel
import Operations
import PromQL

struct QueryCommand: FleetCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Asks the samples of the fleet in PromQL.",
        discussion: """
            Without times the answer is for now. --start makes it a range: to now, in 60 steps, unless --end and --step
            say otherwise. Times are RFC 3339, seconds since 1970, now, or how long ago: -90m. -o json prints the
            document of Prometheus' HTTP API.
            """
    )
    @Argument(help: "Such as 'avg by (group) (rate(node_cpu_seconds_total[5m]))'.") var expression: String
    @Option(parsing: .unconditional, help: ArgumentHelp("Such as -90m, or 2026-11-22T03:00:00Z.", valueName: "time"))
    var time: MomentWord?
    @Option(parsing: .unconditional, help: ArgumentHelp("The first moment of a range: -6h.", valueName: "time"))
    var start: MomentWord?
    @Option(parsing: .unconditional, help: ArgumentHelp("The last moment of a range.", valueName: "time"))
    var end: MomentWord?
    @Option(help: ArgumentHelp("Between two moments of a range, such as 5m.", valueName: "time")) var step: StepWord?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard start == nil, end != nil || step != nil else {
            if start != nil, time != nil { throw ValidationError("--time is one moment, --start a range: give one") }
            return
        }
        throw ValidationError("--end and --step belong to a range: give --start too")
    }

    func run(in context: CommandContext) async throws {
        let answer = try await context.withFleet(readingSettings: false) { fleet in
            let questions = AskMetrics(
                fleet.samples,
                threads: QueryThreads(most: 1),
                now: fleet.now,
                clock: fleet.clock
            )
            do {
                return try await ask(questions, at: fleet.now())
            } catch let error as PromQLError {
                throw QueryMistake(error, in: expression)
            }
        }
        for warning in answer.warnings { context.note(warning, .warning) }
        for info in answer.infos { context.note(info) }
        context.show(QueryView(answer: answer, isRange: start != nil))
    }

    private func ask(_ questions: AskMetrics, at now: Timestamp) async throws -> QueryAnswer {
        guard let from = start?.moment(at: now) else {
            return try await questions.instant(expression, at: time?.moment(at: now) ?? now)
        }
        let through = end?.moment(at: now) ?? now
        guard through >= from else {
            throw UsageError("bad_range", "the range ends before it starts", advice: "--start is the earlier moment")
        }
        let sixtieth = Duration.milliseconds(max(1000, (through - from).milliseconds / 60 / 1000 * 1000))
        return try await questions.range(
            expression,
            from: from,
            through: through,
            step: step?.duration ?? sixtieth
        )
    }
}

/// A moment: RFC 3339, seconds since 1970, `now`, or `-90m`.
struct MomentWord: ExpressibleByArgument, Hashable {
    private let fixed: Timestamp?
    private let ago: Duration?

    init?(argument: String) {
        if argument == "now" {
            (fixed, ago) = (nil, .zero)
        } else if argument.hasPrefix("-"), let ago = DurationText.milliseconds(in: String(argument.dropFirst())) {
            (fixed, self.ago) = (nil, .milliseconds(ago))
        } else if let moment = QueryTime.moment(argument) {
            (fixed, ago) = (moment, nil)
        } else {
            return nil
        }
    }

    func moment(at now: Timestamp) -> Timestamp { fixed ?? now + (.zero - (ago ?? .zero)) }
}

/// A step of a range: seconds or `5m`.
struct StepWord: ExpressibleByArgument, Hashable {
    let duration: Duration

    init?(argument: String) {
        guard let duration = QueryTime.duration(argument), duration > .zero else { return nil }
        self.duration = duration
    }
}

/// What is wrong with a query, with the place under it.
struct QueryMistake: Explained {
    let code: String
    let problem: String
    let advice: String?

    init(_ error: PromQLError, in query: String) {
        code = error.code
        advice = error.advice
        guard let range = error.range else {
            problem = error.problem
            return
        }
        problem = error.problem + "\n" + Self.marked(Array(query.utf8), range)
    }

    /// The line of the mistake, and carets under it.
    private static func marked(_ query: [UInt8], _ range: SourceRange) -> String {
        let start = min(range.start, query.count)
        let lineStart = query[..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lineEnd = query[start...].firstIndex(of: 0x0A) ?? query.count
        func text(_ bytes: ArraySlice<UInt8>) -> String {
            TerminalText.visibleInline(String(decoding: bytes, as: UTF8.self))
        }
        let before = DisplayWidth.of(text(query[lineStart..<start]))
        let width = DisplayWidth.of(text(query[start..<max(start, min(range.end, lineEnd))]))
        return "  " + text(query[lineStart..<lineEnd]) + "\n  " + String(repeating: " ", count: before)
            + String(repeating: "^", count: max(1, width))
    }
}
