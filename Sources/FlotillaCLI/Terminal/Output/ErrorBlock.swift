package import FleetModel
import Operations

/// The one form of an error: what failed, on what and why; where; what to do.
package struct ErrorBlock: Hashable, Sendable {
    package var code: String
    package var problem: String
    package var advice: String?
    /// `file:line:column` in a file of the operator's.
    package var location: String?

    package init(_ error: any Explained) {
        code = error.code
        problem = error.problem
        advice = error.advice
        location = (error as? UsageError)?.location ?? (error as? InventoryErrors)?.location
    }

    /// `{"error":{"advice":…,"at":…,"code":…,"problem":…}}`; what does not apply is null.
    package var document: JSONValue {
        [
            "error": [
                "code": .string(code), "problem": .string(problem), "advice": advice.map { .string($0) } ?? .null,
                "at": location.map { .string($0) } ?? .null,
            ]
        ]
    }

    /// For stderr. Long texts are left to the terminal to wrap: an error is never cut.
    package var lines: [StyledText] {
        var lines = TerminalText.visibleLines(Array(problem.utf8)).enumerated().map { index, line in
            StyledText(index == 0 ? "error: " : "       ", .bad) + StyledText(line)
        }
        if lines.isEmpty { lines = [StyledText("error:", .bad)] }
        lines[lines.count - 1] = lines[lines.count - 1] + StyledText("  [\(code)]", .muted)
        if let location, !problem.contains(location) {
            lines.append(StyledText("   at: ", .muted) + StyledText(TerminalText.visible(location)))
        }
        if let advice {
            for (index, line) in TerminalText.visibleLines(Array(advice.utf8)).enumerated() {
                lines.append(StyledText(index == 0 ? "   do: " : "       ", .muted) + StyledText(line))
            }
        }
        return lines
    }

    /// The whole block, ended by a line feed: JSON for `-o json` and `-o ndjson`, else the block for people.
    package func text(as format: OutputFormat, on terminal: TerminalContext) -> String {
        switch format {
        case .json: document.safeText(pretty: true) + "\n"
        case .ndjson: document.safeText(pretty: false) + "\n"
        case .table, .yaml, .csv: lines.reduce(into: "") { $0 += $1.rendered(colour: terminal.colour) + "\n" }
        }
    }
}
