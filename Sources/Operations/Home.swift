/// The places inside a fleet's home folder. Text only: `LocalDisk` makes and checks them.
package struct Home: Hashable, Sendable {
    /// An absolute path without a trailing slash.
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var database: String { path + "/flotilla.sqlite" }
    package var keys: String { path + "/keys" }
    /// Sockets and locks of running processes.
    package var run: String { path + "/run" }
    package var socket: String { run + "/daemon.sock" }
    package var daemonLock: String { run + "/daemon.lock" }
    /// The token that opens the HTTP API to other machines.
    package var apiToken: String { path + "/api.token" }
    package var logs: String { path + "/logs" }
    /// Output past the memory limit, removed when the command ends.
    package var spill: String { path + "/spill" }
    package var lab: String { path + "/lab" }
    package var config: String { path + "/config" }
    package var backups: String { path + "/backups" }

    /// The default home: `$FLOTILLA_HOME`, else `$XDG_DATA_HOME/flotilla`, else `~/.local/share/flotilla`.
    package static func standard(environment: [String: String]) -> Home? {
        if let home = environment["FLOTILLA_HOME"], !home.isEmpty { return Home(path: home) }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return Home(path: data + "/flotilla") }
        guard let user = environment["HOME"], user.hasPrefix("/") else { return nil }
        return Home(path: user + "/.local/share/flotilla")
    }
}
