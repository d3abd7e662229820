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
                try require(
                    try await ProcessesOnNode.appear(containing: "sleep \(word)", count: 1),
                    "the command never began"
                )
                task.cancel()
                let result = await task.value
                try require(result.error?.kind, is: .cancelled, result.shown)
                try require(result.stdout.text, is: "on\n")
                let left = try await ProcessesOnNode.left(containing: word)
                try require(left.isEmpty, "left on the node: \(left)")
            },
            Duty("the connection serves on after a command was ended") { bench in
                let node = try bench.node()
                let shell = try bench.shell()
                let ended = await shell.script("sleep 30", on: node.destination, deadlines: .init(total: .seconds(1)))
                try require(ended.error?.kind, is: .timeout, ended.shown)
                let next = await shell.script("echo still here", on: node.destination)
                try require(next.stdout.text, is: "still here\n", next.shown)
            },
            Duty("a job cancelled before it began leaves no trace") { bench in
                let node = try bench.node()
                let mark = bench.bed.path("mark")
                let shell = try bench.shell()
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await shell.script("echo ran > \(mark)", on: node.destination)
                }
                let result = await task.value
                try require(result.error?.kind, is: .cancelled, result.shown)
                try require(!Scratch.exists(mark), "the command ran")
            },
        ]

    private static func end(_ script: String, count: Int, byCancelling: Bool, _ bench: DutyBench) async throws {
        let node = try bench.node()
        let word = DutyBench.sleepWord()
        let shell = try bench.shell()
        let text = script.split(separator: "W", omittingEmptySubsequences: false).joined(separator: word)
        let total: Duration = byCancelling ? .seconds(60) : .seconds(3)
        let task = Task { await shell.script(text, on: node.destination, deadlines: .init(total: total)) }
        let began = try await ProcessesOnNode.appear(containing: "sleep \(word)", count: count)
        if byCancelling { task.cancel() }
        let result = await task.value
        try require(began, "the processes never appeared \(result.shown)")
        try require(result.error?.kind, is: byCancelling ? .cancelled : .timeout, result.shown)
        let left = try await ProcessesOnNode.left(containing: word)
        try require(left.isEmpty, "left on the node: \(left)")
    }
}
