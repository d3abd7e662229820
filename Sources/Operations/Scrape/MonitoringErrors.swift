internal import FleetModel

/// Everything that is wrong with a `prometheus.yml` or a file of targets: it is refused whole.
package struct MonitoringErrors: Explained, Hashable {
    /// `file:line:column: what is wrong`, in the order of the file.
    package let mistakes: [String]

    package init(_ mistakes: [String]) {
        self.mistakes = mistakes
    }

    package var code: String { "usage.bad_monitoring" }
    package var problem: String { mistakes.joined(separator: "\n") }
    package var advice: String? { "nothing of the file was used; the configuration from before goes on" }
}
