import ArgumentParser
import FleetModel
import Glibc
import Operations
import PromQL

extension MetricsCommand {
    struct Import: FleetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads OpenMetrics text with timestamps, of any time since 1970.",
            discussion: """
                As promtool tsdb create-blocks-from openmetrics takes it. A file that is wrong is refused whole. What is
                older than the retention of samples is kept as rollups.
                """
        )
        @Argument(help: "The file, or - for standard input.") var file: String
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let path = file == "-" ? "/dev/stdin" : CommandContext.absolute(file)
            let text = context.composition.sampleText
            let report = try await context.withFleet(readingSettings: false) { fleet in
                if file != "-" {
                    let first = try PieceFile(path)
                    try ImportMetrics.check(text.reader(), named: file) { try first.piece() }
                }
                let pieces = try PieceFile(path)
                var work = ImportMetrics(fleet.samples)
                return try await work.run(text.reader(), named: file) { try pieces.piece() }
            }
            context.show(Self.record(report))
            guard report.conflicting + report.outsideTime + report.tooOld > 0 else { return }
            context.note("samples that were passed over keep what was stored before", .warning)
        }

        private static func record(_ report: AppendReport) -> Record {
            Record([
                .init(
                    "",
                    [
                        .init("stored", "stored", .count(report.stored)),
                        .init("repeated", "known already", .count(report.repeated)),
                        .init("conflicting", "with another value", .count(report.conflicting)),
                        .init("outside_time", "before 1970 or after 2100", .count(report.outsideTime)),
                    ]
                )
            ])
        }
    }

    struct Export: FleetCommand {
        static let configuration = CommandConfiguration(abstract: "Writes the samples as OpenMetrics text.")
        @Option(help: ArgumentHelp("Only series of this selector; may be given several times.", valueName: "selector"))
        var match: [String] = []
        @Option(parsing: .unconditional, help: ArgumentHelp("From here on (default: all).", valueName: "time"))
        var start: MomentWord?
        @Option(parsing: .unconditional, help: ArgumentHelp("Up to here (default: all).", valueName: "time"))
        var end: MomentWord?
        @OptionGroup var common: CommonOptions

        func run(in context: CommandContext) async throws {
            let selectors = try match.map { text -> VectorSelector in
                do throws(PromQLError) { return try VectorSelector.parse(text) } catch {
                    throw QueryMistake(error, in: text)
                }
            }
            let text = context.composition.sampleText
            let count = try await context.withFleet(readingSettings: false) { fleet in
                try await ExportMetrics(fleet.samples, text: text).run(
                    selectors,
                    from: start?.moment(at: fleet.now()) ?? Timestamp(milliseconds: 0),
                    through: end?.moment(at: fleet.now()) ?? Timestamp(milliseconds: .max / 4)
                ) { bytes in
                    try Task.checkCancellation()
                    StandardStream.output.write(bytes: bytes)
                }
            }
            context.note("\(count) series")
        }
    }
}

/// A file in pieces.
final class PieceFile {
    private let file: Int32
    private let path: String

    init(_ path: String) throws(UsageError) {
        self.path = path
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.trouble(path) }
    }

    deinit { close(file) }

    /// Nil at the end.
    func piece() throws(UsageError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var count = read(file, &buffer, buffer.count)
        while count < 0, errno == EINTR { count = read(file, &buffer, buffer.count) }
        guard count >= 0 else { throw Self.trouble(path) }
        return count == 0 ? nil : Array(buffer.prefix(count))
    }

    private static func trouble(_ path: String) -> UsageError {
        UsageError("unreadable_file", "cannot read \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}
