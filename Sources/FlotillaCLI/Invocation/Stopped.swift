import FleetModel

/// Ctrl-C where there are no results to show.
struct Stopped: Explained {
    let advice: String?

    /// - `goOn`: the command that takes up what was begun.
    init(goOn command: String? = nil) {
        advice = command.map { "go on with: " + $0 } ?? "what was recorded until then stands: flotilla audit list"
    }

    var code: String { "exec.cancelled" }
    var problem: String { "stopped before the end" }
}
