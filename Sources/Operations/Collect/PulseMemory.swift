import FleetModel
import Probes

/// The last pulse of a node and when the next is due. The pulse costs the node a process, so it is asked for each minute.
struct PulseMemory {
    private(set) var samples: [Sample] = []
    private(set) var hasAnswered = false
    private var askedAt: Timestamp?

    /// Asks the node's own tool, with the operate key, where the gate looks for it too.
    static let script = Command.script(
        """
        cd
        for pop in ./tools/pop /opt/pipe-pop/tools/pop; do
        [ -x "$pop" ] && { "$pop" --status; exec "$pop" --pulse --export json; }
        done
        exit 127
        """
    )

    /// Known Pipe nodes each minute, unknown ones each hour, others never.
    func isDue(at now: Timestamp, profile: Node.Profile?) -> Bool {
        let period: Duration
        switch profile {
        case .pipe: period = .seconds(60)
        case nil: period = .seconds(hasAnswered ? 60 : 3600)
        case .time, .linux: return false
        }
        guard let askedAt else { return true }
        return now < askedAt || now - askedAt >= period
    }

    /// Nil: no pulse came; the old one is no longer true.
    mutating func took(_ answer: [Sample]?, at now: Timestamp) {
        askedAt = now
        samples = answer ?? (hasAnswered ? Pulse.silence : [])
        if answer != nil { hasAnswered = true }
    }
}
