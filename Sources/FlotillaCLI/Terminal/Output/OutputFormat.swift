/// The forms in which a command prints its result.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
    case table
    case json
    case yaml
    case csv
    /// One JSON document a line.
    case ndjson
}
