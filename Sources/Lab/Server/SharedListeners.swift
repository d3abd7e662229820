import CLibSSH
import FleetModel
import Glibc

/// One listener for all nodes, where the limit of open files does not allow one for each.
///
/// A node that refuses then resets the connection instead of never having taken it: the one difference a client sees.
final class SharedListeners {
    private var listeners: [Listener] = []

    /// - `hand`: Gives a message to the thread that owns the node.
    init(_ plan: LabPlan, loop: ServerLoop, hand: @escaping (LoopMessage, Int) -> Void) throws(LabError) {
        let nodes = Dictionary(uniqueKeysWithValues: plan.nodes.enumerated().map { ($1.host.text, $0) })
        guard let first = plan.nodes.first else { return }
        listeners.append(
            try Listener("0.0.0.0", port: first.port.number, loop: loop) { descriptor in
                guard let index = nodes[Self.ownAddress(of: descriptor)] else { return Listener.reset(descriptor) }
                hand(.adopt(descriptor, node: index), index)
            }
        )
        guard plan.nodes.contains(where: { $0.profile == .time }) else { return }
        for port in loop.settings.webPorts {
            listeners.append(
                try Listener("0.0.0.0", port: port, loop: loop) { descriptor in
                    guard let index = nodes[Self.ownAddress(of: descriptor)] else { return Listener.reset(descriptor) }
                    hand(.adoptHealth(descriptor, node: index), index)
                }
            )
        }
    }

    /// True when the process may open a listener, a connection and a command's streams for every node, and some more.
    static func canSpareOnePerNode(_ plan: LabPlan) -> Bool {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return false }
        let timeNodes = plan.nodes.count { $0.profile == .time }
        return Int(clamping: limit.rlim_cur) >= plan.nodes.count * 4 + timeNodes * 2 + 300
    }

    private static func ownAddress(of descriptor: Int32) -> String {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutableBytes(of: &address) {
            getsockname(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
        }
        return withUnsafeBytes(of: address.sin_addr) { $0.map(String.init).joined(separator: ".") }
    }
}

extension LabPlan {
    /// True when this process may not open files enough for a listener on each node: one on all addresses serves them
    /// all, and the ports must be free on every one.
    package var sharesListeners: Bool { !SharedListeners.canSpareOnePerNode(self) }
}
