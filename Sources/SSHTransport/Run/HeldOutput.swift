import Operations

/// Leaves output with libssh, and so with the node, while nobody takes it; takes it all with the flow's release.
@SSHLoop
final class HeldOutput {
    private let flow: OutputFlow?
    private var isDraining = false
    /// Something was left and is not taken yet.
    private(set) var isAwaited = false

    nonisolated init(_ flow: OutputFlow?) {
        self.flow = flow
    }

    /// To be asked for each piece of the channel's output; true: it has to stay.
    func mustStay(_ channel: Channel, afterwards: @escaping @SSHLoop () -> Void) -> Bool {
        guard !isDraining, let flow, flow.isHeld else { return false }
        guard !isAwaited else { return true }
        isAwaited = true
        flow.whenReleased { [weak self, weak channel] in
            Task { @SSHLoop in
                if let channel { self?.drain(channel) }
                afterwards()
            }
        }
        return true
    }

    /// Takes all that was left: the windows of both streams hold no more than this.
    func drain(_ channel: Channel) {
        isAwaited = false
        isDraining = true
        channel.drainKeptBack(room: 4 << 20)
        isDraining = false
    }
}
