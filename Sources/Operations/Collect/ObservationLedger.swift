import FleetModel

/// Which observations are written now: what is new at once, the mere "still there" once a minute.
///
/// Each write of the registry waits for the disk, and wears it where it is an SD card.
struct ObservationLedger {
    private var written: [NodeName: NodeStatus] = [:]
    private var waiting: [NodeName: Word] = [:]
    private var lastWrite: Timestamp?

    /// What is known about a node and not written yet.
    private struct Word {
        var newest: NodeObservation
        /// When it went down since: it must still be known when it last answered.
        var lastAnswer: NodeObservation?

        init(_ observation: NodeObservation) {
            newest = observation
            take(observation)
        }

        mutating func take(_ observation: NodeObservation) {
            newest = observation
            if observation.status == .up { lastAnswer = observation }
        }

        var observations: [NodeObservation] {
            newest.status == .up ? [newest] : [lastAnswer, newest].compactMap { $0 }
        }
    }

    /// How long a mere "still there" may wait.
    static let patience = Duration.seconds(60)

    /// Takes in what polls said.
    ///
    /// - Parameters:
    ///   - observations: newest last.
    ///   - nodes: the registry's nodes as last read: another process may have said something else meanwhile.
    ///   - now: the moment of the write.
    ///   - all: whether nothing may wait any longer.
    /// - Returns: what is to be written now; it counts as written unless it is given back.
    mutating func due(
        _ observations: [NodeObservation],
        nodes: [NodeName: Node],
        at now: Timestamp,
        all: Bool
    ) -> [NodeObservation] {
        for observation in observations { waiting[observation.node, default: Word(observation)].take(observation) }
        var due = waiting
        if !all, let lastWrite, now >= lastWrite, now - lastWrite < Self.patience {
            due = waiting.filter { isNews($0.value.newest, nodes[$0.key]) }
        } else {
            lastWrite = now
        }
        for (name, word) in due {
            waiting[name] = nil
            written[name] = word.newest.status
        }
        return due.sorted { $0.key < $1.key }.flatMap(\.value.observations)
    }

    /// They could not be written: they wait again, but for nodes that said something newer since.
    mutating func giveBack(_ observations: [NodeObservation]) {
        var lost: [NodeName: Word] = [:]
        for observation in observations { lost[observation.node, default: Word(observation)].take(observation) }
        for (name, word) in lost {
            written[name] = nil
            if waiting[name] == nil { waiting[name] = word }
            if waiting[name]?.lastAnswer == nil { waiting[name]?.lastAnswer = word.lastAnswer }
        }
    }

    /// Forgets nodes that are registered no more.
    mutating func keep(_ nodes: [NodeName: Node]) {
        written = written.filter { nodes[$0.key] != nil }
        waiting = waiting.filter { nodes[$0.key] != nil }
    }

    private func isNews(_ observation: NodeObservation, _ node: Node?) -> Bool {
        if observation.profile != nil { return true }
        guard let known = node?.status, let written = written[observation.node] else { return true }
        return !observation.status.isSame(as: known) || !observation.status.isSame(as: written)
    }
}

extension NodeStatus {
    /// Whether both say the same, whatever words a reason has this time.
    fileprivate func isSame(as other: NodeStatus) -> Bool {
        if case .down(let code, _) = self, case .down(let known, _) = other { return code == known }
        return word == other.word
    }
}
