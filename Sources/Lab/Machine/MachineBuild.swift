import FleetModel

/// What a pretend machine is made of; never changes while it lives.
struct MachineBuild: Hashable, Sendable {
    let hostname: String
    let profile: Node.Profile
    /// 1 for a time node with a receiver, 2 for the others; 0 for a machine that serves no time.
    let stratum: Int
    let seed: UInt64
    let model: String
    let machine: String
    let kernel: String
    let osRelease: String
    let cores: Int
    let memoryKiB: Int64
    let diskKiB: Int64
    let disk: String
    let rootDevice: String
    /// Degrees Celsius at rest; nil without a sensor.
    let restTemperature: Double?

    init(_ node: LabNode, seed: UInt64) {
        self.hostname = node.name.text
        self.profile = node.profile
        self.seed = SeededRandom.mixed(seed ^ SeededRandom.seed(of: node.name.text))
        let isGPS = node.name.text.hasPrefix("pi-gps")
        stratum = node.profile == .time ? (isGPS ? 1 : 2) : 0
        if node.profile == .time {
            model = isGPS ? "Raspberry Pi 5 Model B Rev 1.0" : "Raspberry Pi 4 Model B Rev 1.5"
            machine = "aarch64"
            kernel = isGPS ? "6.6.51+rpt-rpi-2712" : "6.6.51+rpt-rpi-v8"
            osRelease = Self.raspberryPiOS
            cores = 4
            memoryKiB = isGPS ? 8_244_000 : 3_885_000
            diskKiB = 30_464_000
            disk = "mmcblk0"
            rootDevice = "/dev/mmcblk0p2"
            restTemperature = isGPS ? 44 : 47
        } else {
            let size = Int(self.seed % 3)
            model = "KVM"
            machine = "x86_64"
            kernel = "6.8.0-\(45 + size)-generic"
            osRelease = Self.ubuntu
            cores = [4, 8, 16][size]
            memoryKiB = [8_134_000, 16_370_000, 32_840_000][size]
            diskKiB = [203_056_000, 508_000_000, 1_016_000_000][size]
            disk = "vda"
            rootDevice = "/dev/vda1"
            restTemperature = nil
        }
    }

    private static let raspberryPiOS = """
        PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
        NAME="Debian GNU/Linux"
        VERSION_ID="12"
        VERSION="12 (bookworm)"
        VERSION_CODENAME=bookworm
        ID=debian

        """

    private static let ubuntu = """
        PRETTY_NAME="Ubuntu 24.04.1 LTS"
        NAME="Ubuntu"
        VERSION_ID="24.04"
        VERSION="24.04.1 LTS (Noble Numbat)"
        VERSION_CODENAME=noble
        ID=ubuntu
        ID_LIKE=debian

        """
}
