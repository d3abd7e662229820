import Glibc

/// Paths as people write them in inventories and options.
package enum UserPath {
    /// `~` and `~/x` with the folder of whoever runs this program; everything else as it is.
    package static func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        guard let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else { return path }
        return home + path.dropFirst()
    }
}
