import Alerting
import FleetModel
import FleetTesting
import Foundation
import GoTemplate
import Testing

/// The templates of the folder, rendered by us and by the real Alertmanager's amtool.
@Suite struct DifferentialTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test func `every template gives what amtool gives`() throws {
        let cases = try Self.lines(of: ["01-language", "02-printing", "03-functions"])
        let oracle = try Amtool()
        // One call for all of them; each in a block of its own, so that its variables are its own.
        let mark = "\u{1}"
        let text = cases.map { "{{if true}}" + $0 + "{{end}}" }.joined(separator: mark)
        let expected = try oracle.render(text).get().components(separatedBy: mark)
        try #require(expected.count == cases.count)
        let set = try Self.set()
        for (text, expected) in zip(cases, expected) {
            let ours = Result { try set.render(text, with: try Self.data()) }
            #expect(Self.shown(ours) == expected, "\(text)")
        }
    }

    @Test func `every template with definitions gives what amtool gives`() throws {
        let oracle = try Amtool()
        for text in try Self.lines(of: ["04-definitions"]) {
            let ours = Result { try Self.set().render(text, with: try Self.data()) }
            #expect(Self.shown(ours) == (try oracle.render(text).get()), "\(text)")
        }
    }

    /// A line that begins with `~` is refused by both, in other words.
    @Test func `every mistake is refused in Go's words`() throws {
        let oracle = try Amtool()
        let set = try Self.set()
        for line in try Self.lines(of: ["05-mistakes"]) {
            let isWordedOurWay = line.hasPrefix("~")
            let text = isWordedOurWay ? String(line.dropFirst()) : line
            guard case .failure(let expected) = try oracle.render(text) else {
                Issue.record("amtool takes \(text)")
                continue
            }
            let error = #expect(throws: TemplateError.self, "\(text)") { try set.render(text, with: try Self.data()) }
            guard !isWordedOurWay, let error else { continue }
            // For a source that cannot be read Go tells no byte.
            let short = error.problem.replacing(":\(error.line):\(error.column): ", with: ":\(error.line): ")
            #expect([error.problem, short].contains(expected.text), "\(text)")
        }
    }

    private static func shown(_ result: Result<String, any Error>) -> String {
        switch result {
        case .success(let text): text
        case .failure(let error): "error: \((error as? TemplateError)?.problem ?? "\(error)")"
        }
    }

    private static func lines(of names: [String]) throws -> [String] {
        try names.flatMap { name -> [String] in
            let text = try String(contentsOf: Amtool.folder.appending(path: name + ".txt"), encoding: .utf8)
            return text.split(separator: "\n").map { String($0.replacing("␤", with: "\n")) }
        }
    }

    private static func set() throws -> GoTemplate {
        GoTemplate(
            functions: AlertFunctions.table(now: now) { name, _ in
                switch name {
                case "Europe/Paris": GoTime.Zone(offset: 3600, name: "CET")
                case "America/New_York": GoTime.Zone(offset: -18_000, name: "EST")
                default: nil
                }
            }
        )
    }

    /// The same as `data.json`.
    private static func data() throws -> GoValue {
        let bytes = Array(try Data(contentsOf: Amtool.folder.appending(path: "data.json")))
        let root = try #require(JSONReading.parse(bytes).object)
        guard case .array(let alerts) = root["alerts"] else { throw FixtureError("no alerts") }
        let entries = alerts.map { alert in
            let members = alert.object ?? [:]
            return AlertData.Entry(
                isResolved: members["status"]?.string == "resolved",
                labels: texts(members["labels"]),
                annotations: texts(members["annotations"]),
                startsAt: time(members["startsAt"]?.string ?? ""),
                endsAt: time(members["endsAt"]?.string ?? ""),
                generatorURL: members["generatorURL"]?.string ?? "",
                fingerprint: members["fingerprint"]?.string ?? ""
            )
        }
        return .object(
            AlertData(
                receiver: root["receiver"]?.string ?? "",
                alerts: entries,
                groupLabels: texts(root["groupLabels"]),
                commonLabels: texts(root["commonLabels"]),
                commonAnnotations: texts(root["commonAnnotations"]),
                externalURL: root["externalURL"]?.string ?? ""
            )
        )
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        (value?.object ?? [:]).compactMapValues(\.string)
    }

    private static func time(_ text: String) -> GoTime {
        guard !text.hasPrefix("0001"), let date = try? Date.ISO8601FormatStyle().parse(String(text.prefix(19)) + "Z")
        else {
            return .zero
        }
        let digits = text.dropFirst(20).prefix { $0.isNumber }
        return GoTime(
            seconds: Int64(date.timeIntervalSince1970),
            nanoseconds: Int64(digits.padding(toLength: 9, withPad: "0", startingAt: 0)) ?? 0
        )
    }
}

/// The real Alertmanager's tool, as oracle of templates.
struct Amtool {
    static var folder: URL {
        (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: "Templates")
    }

    private let program: String

    struct Refusal: Error { let text: String }

    /// - Throws: `FixtureError` naming the set-up script when amtool is not there.
    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().resolvingSymlinksInPath()
        let folder = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        program = folder + "/alertmanager/amtool"
        guard FileManager.default.isExecutableFile(atPath: program) else { throw FixtureError.missing(program) }
    }

    func render(_ text: String) throws -> Result<String, Refusal> {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        let nothing = Self.folder.appending(path: "nothing.tmpl").path
        process.arguments = [
            "template", "render", "--template.glob=\(nothing)", "--template.text=\(text)",
            "--template.data=\(Self.folder.appending(path: "data.json").path)",
        ]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus != 0 else { return .success(String(decoding: said, as: UTF8.self)) }
        let line = String(decoding: complaint, as: UTF8.self).replacing("amtool: error: ", with: "")
        return .failure(Refusal(text: line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
