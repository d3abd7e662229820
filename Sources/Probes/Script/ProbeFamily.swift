/// A part of the probe that costs the node processes, so it is asked for by name and less often than the rest.
///
/// CPU, memory, load, disk and network counters, temperatures and pressure come with every sample and fork nothing.
package enum ProbeFamily: Hashable, Sendable {
    /// Sizes, inodes and read-only state of local file systems: 1 process.
    case filesystems
    /// chrony (2 processes), ntpsec (2) and the kernel's own state (1, or `timedatectl` every five minutes).
    case time
    /// NTP inside the container `mcp-utc-time`: 2.
    case timeContainer
    /// Docker's or Podman's containers: 6 when their control groups have changed or cannot be seen, 3 for containers
    /// with a health check, none else.
    case containers
    /// Failed systemd units: 3 when the control groups have changed or cannot be seen, and every five minutes; else
    /// none.
    case systemd
    /// The state of one named systemd unit: 2.
    case unit(String)
    /// Kernel, operating system, machine, addresses: 1.
    case identity
    /// Looks again for tools, sensors and disabled files, and calibrates the clock: 1; Raspberry Pi throttling where
    /// only `vcgencmd` tells it: 2.
    case hardware
    /// What `pop --pulse --export json` of a Pipe node says: as many as that tool takes.
    case pulse

    /// The word of the request line; nil for a unit name that systemd would not know either.
    package var word: String? {
        switch self {
        case .filesystems: "fs"
        case .time: "time"
        case .timeContainer: "time-container"
        case .containers: "containers"
        case .systemd: "systemd"
        case .identity: "identity"
        case .hardware: "hardware"
        case .pulse: "pulse"
        case .unit(let name): Self.isUnitName(name) ? "unit=" + name : nil
        }
    }

    /// How long its figures stay good, in seconds.
    package var period: Duration {
        switch self {
        case .filesystems, .systemd, .containers, .unit, .time, .timeContainer, .pulse: .seconds(60)
        case .hardware: .seconds(300)
        case .identity: .seconds(3600)
        }
    }

    /// The families of a first poll and of `facts`: everything that needs no name.
    package static let all: [ProbeFamily] = [.filesystems, .time, .containers, .systemd, .identity, .hardware]

    private static func isUnitName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), name.utf8.count <= 255 else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "@._:-".utf8.contains(byte)
            }
        }
    }
}
