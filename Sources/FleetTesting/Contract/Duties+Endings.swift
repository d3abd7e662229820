import FleetModel
import Operations

extension RemoteShellContract {
    /// Trees of processes; `W` is the word by which they are found on the node, `N` how many there are at least.
    private static let trees: [(name: String, script: String, count: Int)] = [
        ("a plain command", "sleep W", 1),
        ("a pipeline", "sleep W | cat | cat", 1),
        ("background jobs", "sleep W & sleep W & wait", 2),
        ("sleep in subshells", "(sleep W; echo a); (sleep W)", 1),
        ("a child with a session of its own", "setsid sleep W & wait", 1),
        ("a tree that ignores TERM", "trap '' TERM; sleep W & sleep W", 2),
    ]

    static let endingDuties: [Duty] =
        trees.flatMap { tree in
            [
                Duty("a deadline ends \(tree.name) on the node") { bench in
                    try await end(tree.script, count: tree.count, byCancelling: false, bench)
                },
                Duty("cancelling ends \(tree.name) on the node") { bench in
                    try await end(tree.script, count: tree.count, byCancelling: true, bench)
                },
            ]
        } + [
            // dropbear gives a command no session of its own: there an orphan cannot be told from a stranger.
            Duty("a deadline ends an orphan of the same session on the node", on: [.openssh]) { bench in
                try await end("(sleep W &) ; sleep W", count: 2, byCancelling: false, bench)
            },
            Duty("cancelling ends an operator's command on the node") { bench in
                let node = try bench.node()
                let word = DutyBench.sleepWord()
                let shell = try bench.shell()
                let task = Task { await shell.words("echo on; sleep \(word) | cat", on: node.destination) }
                let began = try await ProcessesOnNode.appear(running: ["sleep", word], count: 1, within: patience)
                task.cancel()
                let result = await task.value
                try require(began, "the command never began \(result.shown)")
                try require(result.error?.kind, is: .cancelled, result.shown)
                try require(result.stdout.text, is: "on\n")
                let left = try await ProcessesOnNode.left(containing: word)
                try require(left.isEmpty, "left on the node: \(left)")
            },
            Duty("the connection serves on after a command was ended") { bench in
                let node = try bench.node()
                let shell = try bench.shell()
                try await expectWarm(shell, node.destination)
                let limit = Deadlines.patient(total: .seconds(1))
                let ended = await shell.script("sleep 300", on: node.destination, deadlines: limit)
                try require(ended.error?.kind, is: .timeout, ended.shown)
                let next = await shell.script("echo still here", on: node.destination)
                try require(next.stdout.text, is: "still here\n", next.shown)
            },
            Duty("a job cancelled before it began leaves no trace") { bench in
                let node = try bench.node()
                let mark = try bench.mark("mark")
                let shell = try bench.shell()
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await shell.script("echo ran > \(mark)", on: node.destination)
                }
                let result = await task.value
                try require(result.error?.kind, is: .cancelled, result.shown)
                try require(try Scratch.text(mark), is: "", "the command ran")
            },
        ]

    /// How long a loaded machine may take to start a few processes.
    private static let patience = Duration.seconds(120)

    private static func end(_ script: String, count: Int, byCancelling: Bool, _ bench: DutyBench) async throws {
        let node = try bench.node()
        let shell = try bench.shell()
        try await expectWarm(shell, node.destination)
        func job(_ word: String, _ limit: Duration) -> RemoteJob {
            let text = script.split(separator: "W", omittingEmptySubsequences: false).joined(separator: word)
            return RemoteJob(.script(text, arguments: []), deadlines: .patient(total: limit))
        }
        guard byCancelling else {
            return try await TestLimit.growing { limit in
                let word = DutyBench.sleepWord()
                return try await ended(
                    job(word, limit),
                    on: node.destination,
                    by: shell,
                    limit: limit,
                    word: word,
                    count: count
                )
            }
        }
        let word = DutyBench.sleepWord()
        let task = Task { await shell.run(job(word, .seconds(240)), on: node.destination) }
        let began = try await ProcessesOnNode.appear(running: ["sleep", word], count: count, within: patience)
        task.cancel()
        let result = await task.value
        try require(began, "the processes never appeared \(result.shown)")
        try require(result.error?.kind, is: .cancelled, result.shown)
        let left = try await ProcessesOnNode.left(containing: word)
        try require(left.isEmpty, "left on the node: \(left)")
    }

    /// Runs a job into its whole limit; nothing of it may be left.
    ///
    /// - Returns: why it could not be judged, or nil when its processes were there before the limit.
    static func ended(
        _ job: RemoteJob,
        on destination: Destination,
        by shell: any RemoteShell,
        limit: Duration,
        word: String,
        count: Int
    ) async throws -> String? {
        let task = Task { await shell.run(job, on: destination) }
        let began = try await ProcessesOnNode.appear(running: ["sleep", word], count: count, within: limit)
        let result = await task.value
        try require(result.error?.kind, is: .timeout, result.shown)
        let left = try await ProcessesOnNode.left(containing: word)
        try require(left.isEmpty, "left on the node: \(left)")
        return began ? nil : "the processes never appeared \(result.shown)"
    }

    /// Makes the connection, so that a short limit afterwards is about the command alone.
    static func expectWarm(_ shell: any RemoteShell, _ destination: Destination) async throws {
        let result = await shell.script("true", on: destination)
        try require(result.ending, is: .exited(0), result.shown)
    }
}
