import DaemonLink
import FleetModel
import FlotillaCLI
import Formats
import Foundation
import LocalDisk
import Logging
import Operations
import SQLiteStore
import SSHTransport

/// Builds the adapters and hands them to the face.
struct FleetComposition: Composition {
    let environment: [String: String]
    let hangUp: HangUpSignal

    var version: String { BuildVersion.text }

    var libraries: [String: String] { ["libssh": LibSSHVersion.text] }

    func initialise(_ home: Home) async throws -> Fleet {
        try HomeFolder(home).prepare()
        _ = try keyFiles(home).createMissing()
        return try fleet(home, policy: .pinFirst)
    }

    func open(_ home: Home, config: String?, acceptNewHostKeys: Bool) async throws -> Fleet {
        try HomeFolder(home).check()
        return try fleet(home, policy: acceptNewHostKeys ? .pinFirst : settings(home, config).hostKeys)
    }

    /// What `flotilla.yml` of the configuration folder says; the defaults where there is none.
    func settings(_ home: Home, _ config: String?) throws -> FleetSettings {
        let path = (config ?? home.config) + "/flotilla.yml"
        guard DiskFiles().kind(of: path) == .file else { return FleetSettings() }
        return try SettingsReading.read(DiskFiles().contents(of: path, limit: 1 << 20), path: path)
    }

    func yaml(_ document: JSONValue) -> String { Formats().yaml(document) }

    var sampleText: any SampleText { OpenMetricsSamples() }

    var operatorName: String { Self.actor.name }

    func readInventory(_ path: String, options: InventoryReadingOptions) throws -> InventoryImport {
        try Formats().read(path: path, files: DiskFiles(), options: options)
    }

    func writeInventory(_ inventory: Inventory, as format: InventoryExportFormat) -> String {
        Formats().write(inventory, as: format, options: InventoryWritingOptions())
    }

    static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }

    static var actor: Actor {
        let environment = ProcessInfo.processInfo.environment
        return Actor(environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName())
    }

    func keyFiles(_ home: Home) -> KeyFiles {
        KeyFiles(home: home) { comment in
            let pair = try KeyPair.generateEd25519(comment: comment)
            return .init(privateKey: pair.privateOpenSSH, publicLine: pair.publicLine, fingerprint: pair.fingerprint)
        }
    }

    /// Opens everything; a daemon that runs on the home lends its connections.
    private func fleet(_ home: Home, policy: HostKeyPolicy) throws -> Fleet {
        let database = try FleetDatabase.open(at: home.database)
        let own = LazyShell { Self.shell(over: database, home: home, policy: policy) }
        let daemon = DaemonClient(path: home.socket, own: own)
        let shells = Fleet.Shells(shell: daemon ?? own, own: own, daemon: daemon)
        return Self.fleet(home, database, shells, keyFiles(home))
    }

    static func fleet(_ home: Home, _ database: FleetDatabase, _ shells: Fleet.Shells, _ keys: KeyFiles) -> Fleet {
        Fleet(
            home: home,
            stores: .init(inventory: database.inventory, audit: database.audit, samples: database.samples),
            keys: keys,
            shells: shells,
            actor: actor,
            now: now,
            clock: ContinuousClock()
        )
    }

    static func shell(
        over database: FleetDatabase,
        home: Home,
        policy: @escaping @autoclosure @Sendable () -> HostKeyPolicy
    ) -> any RemoteShell {
        SpillFolder.sweep(home, nowSeconds: Int(now().milliseconds / 1000))
        let trust = RegistryTrust(store: database.inventory, policy: policy(), actor: actor, now: now) { node, key in
            StandardStream.errors.write("pinned the host key of \(node): \(key.algorithm) \(key.fingerprint)\n")
        }
        let logger = Logger(label: "flotilla.ssh") { _ in SwiftLogNoOpLogHandler() }
        return ShellByTransport(
            libssh: LibSSHShell(trust: trust, settings: LibSSHSettings(), logger: logger),
            openssh: LazyShell {
                do {
                    return try OpenSSHShell(
                        trust: trust,
                        settings: OpenSSHSettings(environment: ProcessInfo.processInfo.environment),
                        logger: logger
                    )
                } catch {
                    return UnavailableShell(reason: (error as? any Explained)?.problem ?? "\(error)")
                }
            }
        )
    }
}

/// The version of this build.
enum BuildVersion {
    static let text = "0.1.0"
}
