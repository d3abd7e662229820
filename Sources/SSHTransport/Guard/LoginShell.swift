/// The program that reads our lines on a node, by the name that the node itself gave.
///
/// A node learns nothing and gains nothing by giving a wrong one: it would only misread its own lines.
struct LoginShell: Equatable {
    let name: String

    /// It reads POSIX words, so that the guard can speak with them and needs no process.
    var readsPOSIX: Bool { isPlain || ["bash", "zsh", "ksh", "ksh93", "mksh", "busybox"].contains(name) }

    /// It shows its whole line with any complaint, also after it has begun to run it.
    var showsItsLine: Bool { name == "fish" }

    /// It is what `sh` is, so that our scripts can run in it as they would in a `sh` of their own.
    var isPlain: Bool { ["sh", "dash", "ash"].contains(name) }
}
