import FleetModel
import FlotillaCLI
import Foundation
import LocalDisk
import Logging
import Operations
import SQLiteStore

extension FleetComposition {
    func copyRegistry(_ home: Home, to file: String?) async throws -> String {
        try HomeFolder(home).check()
        let database = try FleetDatabase.open(at: home.database)
        let path: String
        if let file {
            try database.copyVerified(to: file)
            path = file
        } else {
            path = try RegistryCopies(folder: home.backups).make(of: database, at: Self.now())
        }
        let entry = AuditEntry("registry.copy", detail: ["file": .string(path)])
        try await database.audit.append([entry], by: Self.actor, at: Self.now())
        return path
    }

    func registryCopies(_ home: Home) throws -> [String] {
        RegistryCopies(folder: home.backups).paths()
    }

    func restoreRegistry(_ home: Home, from file: String) async throws -> String? {
        // The registry itself may be gone: only the folder must be sound.
        guard DiskFiles().kind(of: home.path) == .folder else {
            throw StateError("not_initialised", "there is no fleet in \(home.path)", advice: "run: flotilla init")
        }
        try HomeFolder(home).prepare()
        let lock = try ProcessLock(path: home.daemonLock)
        let aside = try RegistryRestoration(path: home.database).restore(file, at: Self.now())
        let database = try FleetDatabase.open(at: home.database, inspection: .thorough)
        let kept = aside.map { JSONValue.string($0) } ?? .null
        let entry = AuditEntry("registry.restore", detail: ["file": .string(file), "kept": kept])
        try await database.audit.append([entry], by: Self.actor, at: Self.now())
        withExtendedLifetime(lock) {}
        return aside
    }
}

/// A copy of the registry a day, made by the daemon.
struct RegistryCopying {
    let home: Home
    let logger: Logger

    /// Until it is cancelled. A copy that cannot be made is said in the log and tried again in an hour.
    func run(_ database: FleetDatabase) async {
        let copies = RegistryCopies(folder: home.backups)
        while !Task.isCancelled {
            if copies.isDue(at: FleetComposition.now()) { make(copies, of: database) }
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    private func make(_ copies: RegistryCopies, of database: FleetDatabase) {
        do {
            let path = try copies.make(of: database, at: FleetComposition.now())
            logger.info("copied the registry", metadata: ["file": "\(path)"])
        } catch {
            logger.error("the registry could not be copied", metadata: ["reason": "\(error.problem)"])
        }
    }
}
