/// Takes what other systems send by remote write. Filled by `Formats`, asked by the server.
package protocol WriteIntake: Sendable {
    /// The most bytes of a body, packed: a server refuses longer ones unread.
    var bodyLimit: Int { get }
    func take(_ body: [UInt8], type: String, encoding: String) async -> WriteVerdict
}

/// What a sender is told.
package struct WriteVerdict: Hashable, Sendable {
    /// 204; 400 and 413 and 415, which senders do not repeat; 500, which they do.
    package var status: Int
    /// Empty for 204.
    package var message: String

    package init(_ status: Int, _ message: String = "") {
        self.status = status
        self.message = message
    }
}
