package import FleetModel
import Foundation
package import Operations

/// The home on disk: made 0700, refused when it belongs to somebody else or others can enter it.
package struct HomeFolder: Sendable {
    package let home: Home

    package init(_ home: Home) {
        self.home = home
    }

    /// Makes the home and its folders where they are missing, and checks those that are there.
    ///
    /// - Throws: `StateError` that names the folder and the mend.
    package func prepare() throws(StateError) {
        for folder in [home.path, home.keys, home.run, home.logs, home.spill] { try make(folder) }
        try checkOwner()
    }

    /// Checks a home that must be there already.
    ///
    /// - Throws: `StateError` with `state.not_initialised`, or what is wrong with the folder.
    package func check() throws(StateError) {
        var status = stat()
        guard stat(home.database, &status) == 0 else { throw try missing(errno) }
        guard status.st_size > 0 else {
            throw StateError(
                "not_initialised",
                "there is no fleet in \(home.path): \(home.database) is empty",
                advice: "put a copy of it there, or begin anew: flotilla init"
            )
        }
        try checkOwner()
    }

    private func missing(_ reason: Int32) throws(StateError) -> StateError {
        // What lies in somebody else's home cannot be seen: that it is theirs says more than that nothing is there.
        if reason == EACCES { try checkOwner() }
        guard reason == ENOENT || reason == ENOTDIR else {
            return StateError("home_unreadable", "cannot read \(home.path): \(DiskTrouble.text(of: reason))")
        }
        return StateError("not_initialised", "there is no fleet in \(home.path)", advice: "run: flotilla init")
    }

    private func make(_ folder: String) throws(StateError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StateError(
                "home_unwritable",
                "cannot make \(folder): \(DiskTrouble.text(of: error))",
                advice: "choose another with --home, or mend the folder above it"
            )
        }
    }

    private func checkOwner() throws(StateError) {
        var status = stat()
        guard stat(home.path, &status) == 0 else {
            throw StateError("home_unreadable", "cannot read \(home.path): \(DiskTrouble.text(of: errno))")
        }
        guard status.st_uid == geteuid() else {
            throw StateError(
                "home_not_yours",
                "\(home.path) belongs to user \(status.st_uid), you are user \(geteuid())",
                advice: "choose your own with --home, or: sudo chown -R \(geteuid()) \(home.path)"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StateError(
                "home_open",
                "others can enter \(home.path), and it holds private keys",
                advice: "run: chmod 700 \(home.path)"
            )
        }
    }
}

/// System errors as an operator reads them.
enum DiskTrouble {
    static func text(of number: Int32) -> String {
        String(cString: strerror(number)).lowercased()
    }

    static func text(of error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let underlying, underlying.domain == NSPOSIXErrorDomain else {
            return (error as? POSIXError).map { text(of: $0.code.rawValue) } ?? "\(error.localizedDescription)"
        }
        return text(of: Int32(underlying.code))
    }
}
