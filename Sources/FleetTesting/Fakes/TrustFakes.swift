package import FleetModel
package import Operations
import Synchronization

/// Trusts every key and remembers which ones it saw, in order.
package final class AcceptingTrust: HostKeyTrust {
    private let sightings = Mutex<[(NodeName, HostKey)]>([])

    package init() {}

    package var seen: [(node: NodeName, key: HostKey)] { sightings.withLock { $0 } }

    package func examine(_ key: HostKey, of destination: Destination) async throws {
        sightings.withLock { $0.append((destination.node, key)) }
    }
}

/// Trusts exactly the key pinned in the destination; refuses others as changed, and unpinned ones as unknown.
package struct StrictTrust: HostKeyTrust {
    package init() {}

    package func examine(_ key: HostKey, of destination: Destination) async throws {
        guard let pinned = destination.hostKey else {
            throw RemoteError(.hostKeyUnknown, destination.node, "the host key \(key.fingerprint) was never seen")
        }
        guard pinned.base64 == key.base64 else {
            throw RemoteError(.hostKeyChanged, destination.node, "the host key is \(key.fingerprint) now")
        }
    }
}
