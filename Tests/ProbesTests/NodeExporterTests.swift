import FleetModel
import Foundation
import Glibc
import Testing

@testable import Probes

/// A real node_exporter on a free port of the loopback.
final class NodeExporter {
    private let process = Process()
    private let port: UInt16

    init() throws {
        port = try Self.freePort()
        process.executableURL = URL(filePath: try Tool.path("prometheus-node-exporter"))
        // Debian leaves out loopback and more mount points than node_exporter itself: its own rules are what we keep.
        process.arguments = [
            "--web.listen-address=127.0.0.1:\(port)", "--collector.netdev.device-exclude=^$",
            "--collector.filesystem.mount-points-exclude="
                + "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
        ]
        process.standardError = FileHandle.nullDevice
        try withSignals { try process.run() }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Its samples by series; tried for a minute while it starts.
    func samples() throws -> [String: Double] {
        for _ in 0..<600 {
            let page = try Run.words(["curl", "-s", "-m", "10", "http://127.0.0.1:\(port)/metrics"], seconds: 15)
            if page.status == 0, page.text.contains("node_load1 ") { return Self.parsed(page.text) }
            usleep(100_000)
        }
        throw Silent()
    }

    struct Silent: Error {}

    private static func parsed(_ page: String) -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("node_") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[normalized(String(line[..<space]))] = Double(line[line.index(after: space)...])
        }
        return samples
    }

    /// An empty label is the same as none; node_exporter prints some.
    private static func normalized(_ series: String) -> String {
        guard let open = series.firstIndex(of: "{"), series.hasSuffix("\"}") else { return series }
        let parts = series[series.index(after: open)...].dropLast(2).split(separator: "\",")
        let full = parts.filter { !$0.hasSuffix("=\"") }.map { $0 + "\"" }
        return series[..<open] + (full.isEmpty ? "" : "{" + full.joined(separator: ",") + "}")
    }

    private static func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(socket, name, length) == 0 ? getsockname(socket, name, &length) : -1
            }
        }
        try #require(code == 0)
        return UInt16(bigEndian: address.sin_port)
    }
}

@Suite struct `Beside a real node_exporter` {
    /// What moves between two readings by more than its own growth: gauges that jump.
    static let jumping = [
        "node_load", "node_procs_", "node_disk_io_now", "node_filefd_allocated", "node_nf_conntrack_entries",
        "node_timex_offset", "node_timex_maxerror", "node_timex_estimated",
    ]
    /// Figures that hover: within a tenth, or 300 MB of this machine's memory and disk.
    static let hovering = ["node_memory_", "node_filesystem_"]

    @Test(arguments: Shell.allCases)
    func `the probe has the same names, labels and values`(shell: Shell) throws {
        let exporter = try NodeExporter()
        try expectAgreement {
            let before = try exporter.samples()
            let samples = try ProbeRun.reading([.filesystems, .time, .identity], shell: shell).samples
            let after = try exporter.samples()
            let shared = samples.filter { $0.name.hasPrefix("node_") && !isLocal($0) }
            #expect(shared.count > 60)
            return shared.compactMap { sample in
                guard let low = before[sample.series], let high = after[sample.series] else {
                    return "node_exporter has no \(sample.series)"
                }
                return isBetween(sample, low, high) ? nil : "\(sample.line) is not between \(low) and \(high)"
            }
        }
    }

    @Test func `the probe misses no series of the families they share`() throws {
        let exporter = try NodeExporter()
        try expectAgreement {
            let theirs = try exporter.samples()
            let samples = try ProbeRun.reading([.filesystems, .time, .identity]).samples
            let names = Set(samples.map(\.name))
            let ours = Set(samples.map(\.series))
            // Compressed memory is no disk: newer node_exporters leave it out too.
            return theirs.keys.filter { series in
                let name = String(series.prefix { $0 != "{" })
                return names.contains(name) && !ours.contains(series) && !series.contains("\"zram")
            }
        }
    }

    /// The machine may change between two readings (a disk mounted, memory taken): what differs five times differs.
    private func expectAgreement(_ differences: () throws -> [String]) throws {
        var found: [String] = []
        for _ in 0..<5 {
            found = try differences()
            if found.isEmpty { return }
        }
        #expect(found == [])
    }

    /// In a container the root is an overlay, which node_exporter leaves out and `df /` does not.
    private func isLocal(_ sample: Sample) -> Bool {
        sample.name.hasPrefix("node_filesystem_") && sample["fstype"] == "overlay"
    }

    private func isBetween(_ sample: Sample, _ low: Double, _ high: Double) -> Bool {
        if Self.jumping.contains(where: { sample.name.hasPrefix($0) }) { return sample.value >= 0 }
        let bounds = (min(low, high), max(low, high))
        if Self.hovering.contains(where: { sample.name.hasPrefix($0) }) {
            let slack = max(300e6, bounds.1 * 0.1)
            return sample.value >= bounds.0 - slack && sample.value <= bounds.1 + slack
        }
        // Idle time of a processor can run backwards by a tick; clocks are read to the hundredth.
        return sample.value >= bounds.0 - 0.05 && sample.value <= bounds.1 + 0.05
    }
}
