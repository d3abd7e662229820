import CLibSSH

/// A channel of a client's connection, moved on by that connection.
protocol ServedChannel: Watcher {
    var channel: ssh_channel { get }
    /// The client closed its side: the channel can be freed.
    var isClosed: Bool { get }

    /// Does what the last packets or descriptors made possible.
    func advance()

    /// Lets go of what the channel served.
    func abandon()
}
