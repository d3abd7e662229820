/// How often a sample is renewed: with each frame, or when its family is asked for.
package enum ProbeTopic: Hashable, Sendable, CaseIterable {
    case fast
    case filesystems
    case time
    case containers
    case systemd
    case units
    case identity
    case hardware
    case pulse

    /// How long figures of this topic may be carried into later polls, in seconds: they outlive one missed renewal.
    package var lifetime: Duration {
        switch self {
        case .fast: .zero
        case .filesystems: ProbeFamily.filesystems.period * 2.5
        case .time: ProbeFamily.time.period * 2.5
        case .containers: ProbeFamily.containers.period * 2.5
        case .systemd, .units: ProbeFamily.systemd.period * 2.5
        case .identity: ProbeFamily.identity.period * 2.5
        case .hardware: ProbeFamily.hardware.period * 2.5
        case .pulse: ProbeFamily.pulse.period * 2.5
        }
    }
}
