import FleetModel
import Operations

/// Ends a command's process tree on the node through a second channel, then waits for the first one to close.
struct OpenSSHTreeEnding: Sendable {
    let pool: OpenSSHPool
    let destination: Destination
    let elevation: Elevation?
    let channel: MuxChannel
    let marks: JobMarks
    let output: JobOutput
    let clock: ContinuousClock

    /// How long the node may take for it; a fourth of that to name its process, and to close the channel.
    let limit: Duration

    func run() async {
        await within(limit / 4) { await untilLeaderIsKnown() }
        if let leader = marks.leader {
            await within(limit) { await kill(leader) }
            await within(limit / 4) { await drain() }
        }
        await channel.close()
        output.add(.stderr, marks.finish())
    }

    private func untilLeaderIsKnown() async {
        while marks.isWaitingForLeader, await readOne() {}
    }

    private func drain() async {
        while await readOne() {}
    }

    /// Keeps what still comes. - Returns: false at the end of the channel.
    private func readOne() async -> Bool {
        guard let event = try? await channel.next(), event != .closed else { return false }
        guard case .output(let chunk) = event else { return true }
        guard chunk.stream == .stderr else {
            output.add(.stdout, chunk.bytes)
            return true
        }
        for case .output(let bytes) in marks.feed(chunk.bytes) { output.add(.stderr, bytes) }
        return true
    }

    private func kill(_ leader: Int32) async {
        let nonce = "flotilla-end-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        let command = TreeEnding.command(leader: leader)
        let line = ShellEnvelope.line(for: command, nonce: elevation == nil ? nil : nonce, elevation: elevation)
        var isLost = false
        // Again where the server closed the session untaken, as `MuxChannel.ClosedUntaken` tells; over a connection of
        // its own where the warm one failed.
        for _ in 0..<3 where !Task.isCancelled {
            do {
                let spare = try await isLost ? channelApart() : spareChannel()
                try await spare.exec(line)
                let ownMarks = JobMarks(nonce: nonce, isElevated: true, isGuarded: elevation != nil)
                let isTaken = try await follow(spare, ownMarks)
                await spare.close()
                if isTaken { return }
            } catch {
                // At the end of the time what runs there gets the hang-up of its closed channel.
                isLost = true
            }
        }
    }

    /// - Returns: false when the server closed the session before it took the command.
    private func follow(_ spare: MuxChannel, _ ownMarks: JobMarks) async throws -> Bool {
        var isTaken = false
        while true {
            switch try await spare.next() {
            case .closed: return isTaken
            case .requestRefused: return true
            case .requestAccepted: isTaken = true
            case .output(let chunk) where chunk.stream == .stderr:
                for case .passwordWanted in ownMarks.feed(chunk.bytes) {
                    guard let password = elevation?.password, ownMarks.passwordsSent == 0 else { return true }
                    ownMarks.passwordSent()
                    _ = try await spare.write(password.withBytes { $0 + [0x0A] })
                }
            default: continue
            }
        }
    }

    /// A channel on the warm connection, or where the server allows no more, on one of its own.
    private func spareChannel() async throws -> MuxChannel {
        let deadlines = Deadlines(connect: limit, login: limit)
        let connection = try await pool.connection(to: destination, deadlines)
        do {
            return try await connection.openSpareChannel()
        } catch is MuxChannel.Refused {
            _ = await pool.retire(connection, of: destination)
            return try await channelApart()
        }
    }

    private func channelApart() async throws -> MuxChannel {
        try await pool.connectApart(destination, Deadlines(connect: limit, login: limit)).openSpareChannel()
    }

    private func within(_ limit: Duration, _ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            group.addTask { [clock] in try? await clock.sleep(for: limit) }
            defer { group.cancelAll() }
            await group.next()
        }
    }
}
