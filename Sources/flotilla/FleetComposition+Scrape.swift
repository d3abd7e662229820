import FleetModel
import Formats
import Foundation
import LocalDisk
import Logging
import Operations
import Outbound

/// Scraping wired: `prometheus.yml` of the configuration folder, its doors, its loop.
struct Scraping: Sendable {
    let loop: ScrapeLoop
    let sending: RemoteWriteLoop
    private let door: HTTPExporterDoor
    private let writeDoor: HTTPWriteDoor
    private let folder: String
    private let logger: Logger

    init(_ fleet: Fleet, config: String?, logger: Logger) {
        let folder = config ?? fleet.home.config
        let registry = RegistryGlance(now: fleet.now) { try await fleet.inventory.inventory() }
        let door = HTTPExporterDoor {
            try DiskFiles().contents(of: ConfiguredPath.absolute($0, in: folder), limit: 1 << 20)
        }
        let writeDoor = HTTPWriteDoor {
            try DiskFiles().contents(of: ConfiguredPath.absolute($0, in: folder), limit: 1 << 20)
        }
        let ssh = NodeExporterDoor(shell: fleet.shell, registry: registry) { try fleet.routes($0) }
        self.door = door
        self.writeDoor = writeDoor
        self.folder = folder
        self.logger = logger
        loop = ScrapeLoop(
            ports: .init(
                doors: (network: RegisteredHostDoor(door, registry: registry), ssh: ssh),
                texts: PrometheusExposition(),
                store: fleet.samples,
                clock: fleet.clock,
                now: fleet.now,
                targetFiles: { Self.targetFiles($0, folder) }
            ),
            seed: UInt64(getpid()),
            logger: logger
        )
        sending = RemoteWriteLoop(
            ports: .init(
                store: fleet.samples,
                door: writeDoor,
                positions: WritePositionFiles(home: fleet.home),
                clock: fleet.clock,
                now: fleet.now
            ),
            logger: logger
        )
    }

    /// What `prometheus.yml` of the folder says; nil where there is none.
    ///
    /// - Throws: `MonitoringErrors`, or that the file cannot be read.
    static func configuration(in folder: String) throws -> MonitoringConfiguration? {
        let path = folder + "/prometheus.yml"
        guard DiskFiles().kind(of: path) == .file else { return nil }
        return try MonitoringReading.read(DiskFiles().contents(of: path, limit: 16 << 20), path: path)
    }

    func use(_ configuration: MonitoringConfiguration?) async {
        let configuration = configuration ?? .init()
        await loop.use(configuration)
        await sending.use(configuration)
        logger.info("scraping", metadata: ["jobs": "\(configuration.jobs.count)"])
    }

    /// Scrapes while the body runs.
    func serving(_ configuration: MonitoringConfiguration?, _ body: () async throws -> Void) async throws {
        await use(configuration)
        // UNSTRUCTURED: lives beside the body; cancelled and awaited below.
        let task = Task { await loop.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        task.cancel()
        await task.value
        await sending.stop()
        await door.shutdown()
        await writeDoor.shutdown()
        try result.get()
    }

    private static func targetFiles(
        _ discovery: FileDiscovery,
        _ folder: String
    ) -> [String: Result<[TargetGroup], MonitoringErrors>] {
        var found: [String: Result<[TargetGroup], MonitoringErrors>] = [:]
        for path in discovery.patterns.flatMap({ ConfiguredPath.matching($0, in: folder) }) {
            do {
                let bytes = try DiskFiles().contents(of: path, limit: 64 << 20)
                found[path] = .success(try TargetFileReading.read(bytes, path: path))
            } catch let error as MonitoringErrors {
                found[path] = .failure(error)
            } catch {
                found[path] = .failure(MonitoringErrors([(error as? any Explained)?.problem ?? "\(error)"]))
            }
        }
        return found
    }
}
