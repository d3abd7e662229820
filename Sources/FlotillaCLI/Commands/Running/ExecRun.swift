import ArgumentParser
import FleetModel
import Operations

/// One run of `exec` and its kin: selects, runs, shows, and gives the exit code.
struct ExecRun {
    let words: [String]
    let selector: String
    let running: RunningOptions
    let selection: SelectionOptions

    func run(in context: CommandContext) async throws {
        guard !words.isEmpty else {
            throw UsageError("no_command", "there is no command to run", advice: "flotilla exec SELECTOR COMMAND…")
        }
        let (screen, results) = try await context.withFleet { fleet in
            let inventory = try await fleet.inventory.inventory()
            let nodes = try Selection(selector, selection).nodes(in: inventory)
            var order = try running.order(words.joined(separator: " "), on: nodes, home: fleet.home, context: context)
            if let folder = running.outdir { try OutputFolder(folder).prepare() }
            let screen = ExecScreen(
                context: context,
                nodes: nodes.map(\.name),
                isSingle: isSingle(nodes, in: inventory),
                folds: running.fold,
                now: fleet.now,
                clock: fleet.clock
            )
            order.isWatched = screen.isLive
            let exec = Exec(shell: fleet.shell, record: WorkRecord(fleet))
            let results = try await exec.run(order, routes: fleet.routes(inventory)) {
                screen.observe($0)
            }
            return (screen, results)
        }
        // The run is over: what came back is shown even where its files cannot be written.
        let stored = Result { if let folder = running.outdir { try OutputFolder(folder).write(results) } }
        screen.finish(results)
        try stored.get()
        try exit(results, isSingle: screen.isSingle)
    }

    /// Exactly one node, called by its name: then we behave as `ssh` does.
    private func isSingle(_ nodes: [Node], in inventory: Inventory) -> Bool {
        nodes.count == 1 && nodes[0].name.text == selector
    }

    private func exit(_ results: [(node: NodeName, result: CommandResult)], isSingle: Bool) throws {
        guard isSingle, let result = results.first?.result else {
            if results.contains(where: { !$0.result.isSuccess }) { throw ExitCode(1) }
            return
        }
        switch result.ending {
        case .exited(0): return
        case .exited(let code): throw ExitCode(code)
        // As a shell reports it; 128 plus the number where we know it.
        case .signalled(let name): throw ExitCode(128 + SignalNumber.of(name))
        case .failed: throw ExitCode(255)
        }
    }
}

/// The numbers of signals by name, on Linux.
enum SignalNumber {
    static func of(_ name: String) -> Int32 {
        [
            "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10,
            "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
        ][name] ?? 0
    }
}
