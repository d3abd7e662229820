import FleetModel
import Foundation
import Operations

/// The collector's figures.
struct CollectorFigures: FigureSource {
    private let collector: Collector

    init(_ collector: Collector) {
        self.collector = collector
    }

    func figures() async -> [FigureFamily] {
        var families = [
            FigureFamily(
                "flotilla_poll_overruns_total",
                .counter,
                "Polls that were due while the one before was under way.",
                Double(await collector.overruns)
            )
        ]
        if let cycle = await collector.lastCycle {
            families.append(
                FigureFamily("flotilla_last_cycle_seconds", .gauge, "The work of the last whole round.", cycle.seconds)
            )
        }
        return families
    }
}

/// This process, as client libraries show theirs.
struct ProcessFigures: FigureSource {
    func figures() async -> [FigureFamily] {
        var families: [FigureFamily] = []
        if let fields = Self.statistics() {
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            let page = Double(sysconf(Int32(_SC_PAGESIZE)))
            if fields.count > 21 {
                let (user, system) = (Double(fields[11]) ?? 0, Double(fields[12]) ?? 0)
                let name = "process_cpu_seconds_total"
                families.append(.init(name, .counter, "User and system CPU time in seconds.", (user + system) / ticks))
                let threads = Double(fields[17]) ?? 0
                families.append(.init("process_threads", .gauge, "Threads of this process.", threads))
                let size = Double(fields[20]) ?? 0
                families.append(.init("process_virtual_memory_bytes", .gauge, "Virtual memory in bytes.", size))
                let resident = (Double(fields[21]) ?? 0) * page
                families.append(.init("process_resident_memory_bytes", .gauge, "Resident memory in bytes.", resident))
            }
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            families.append(.init("process_open_fds", .gauge, "Open file descriptors.", Double(files)))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            families.append(.init("process_max_fds", .gauge, "The most file descriptors.", Double(limit.rlim_cur)))
        }
        return families
    }

    /// The fields after the program's name, which may hold blanks.
    private static func statistics() -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }
}
