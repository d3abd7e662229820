import FleetModel
import Operations
import Synchronization

extension RemoteShellContract {
    static let lossDuties: [Duty] = [
        Duty("a connection cut in the middle keeps what came, says so, and runs nothing twice") { bench in
            let node = try bench.node()
            let proxy = try CuttableProxy(to: node.destination.port, in: bench.bed)
            var target = node.destination
            target.port = proxy.port
            let mark = try bench.mark("runs")
            let shell = try bench.shell()
            let job = RemoteJob(
                .script("echo run >> \"$1\"; echo partial; sleep 200", arguments: [mark]),
                deadlines: .patient(),
                onOutput: { _ in proxy.cut() }
            )
            let result = await shell.run(job, on: target)
            try require(result.error?.kind, is: .connectionLost, result.shown)
            try require(result.stdout.text, is: "partial\n", result.shown)
            try require(try Scratch.text(mark), is: "run\n", "how often it ran")
            let after = await shell.script("echo back", on: target)
            try require(after.stdout.text, is: "back\n", after.shown)
        },
        Duty("a warm connection that died meanwhile is replaced, and the command runs once") { bench in
            let node = try bench.node()
            let proxy = try CuttableProxy(to: node.destination.port, in: bench.bed)
            var target = node.destination
            target.port = proxy.port
            let mark = try bench.mark("runs")
            let shell = try bench.shell()
            for _ in 0..<3 {
                let result = await shell.script("echo run >> \"$1\"; echo ok", [mark], on: target)
                try require(result.stdout.text, is: "ok\n", result.shown)
                proxy.cut()
            }
            try require(try Scratch.text(mark), is: "run\nrun\nrun\n")
            try require(proxy.connections >= 3, "connections: \(proxy.connections)")
        },
        Duty("warm commands share one connection") { bench in
            let node = try bench.node()
            let proxy = try CuttableProxy(to: node.destination.port, in: bench.bed)
            var target = node.destination
            target.port = proxy.port
            let shell = try bench.shell()
            for number in 0..<5 {
                let result = await shell.script("echo \(number)", on: target)
                try require(result.stdout.text, is: "\(number)\n", result.shown)
            }
            try require(proxy.connections, is: 1, "connections for five commands")
        },
        Duty("nothing is lost over a slow line") { bench in
            let node = try bench.node()
            let proxy = try CuttableProxy(to: node.destination.port, delay: .milliseconds(5), in: bench.bed)
            var target = node.destination
            target.port = proxy.port
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            let result = try await bench.shell().script("cat", stdin: .bytes(bytes), on: target)
            try require(result.stdout.head == bytes, "\(result.stdout.total) bytes came back \(result.ending)")
        },
    ]

    static let crowdDuties: [Duty] = [
        Duty("more commands than the server allows channels all run", on: [.openssh]) { bench in
            for maximum in [1, 2, 10] {
                var settings = RealSSHD.Settings()
                settings.maxSessions = maximum
                let node = try bench.node("node\(maximum)", settings: settings)
                let shell = try bench.shell()
                let target = node.destination
                let results = await inParallel(25) { number in
                    await shell.script("sleep 0.1; echo \(number)", on: target)
                }
                for (number, result) in results.enumerated() {
                    try require(result.stdout.text, is: "\(number)\n", "MaxSessions \(maximum) \(result.shown)")
                }
            }
        },
        Duty("sixty nodes behind MaxStartups 10:30:100 lose none", on: [.openssh]) { bench in
            var settings = RealSSHD.Settings()
            settings.maxStartups = "10:30:100"
            let node = try bench.node(settings: settings)
            let shell = try bench.shell()
            let targets = try (0..<60).map { number in
                var target = node.destination
                target.node = try NodeName("n\(number)")
                target.host = try HostAddress("127.0.7.\(number + 1)")
                return target
            }
            let results = await inParallel(targets.count) { number in
                await shell.script("echo \(number)", on: targets[number])
            }
            let lost = results.filter { !$0.isSuccess }
            try require(lost.isEmpty, "lost \(lost.count): \(lost.first?.shown ?? "")")
        },
        Duty("a tenth of the fleet that is a black hole does not hold up the rest", on: [.openssh]) { bench in
            let node = try bench.node()
            let hole = try OddServer.blackHole(in: bench.bed)
            let shell = try bench.shell()
            let targets = try (0..<40).map { number in
                var target = node.destination
                target.node = try NodeName("n\(number)")
                target.host = try HostAddress("127.0.8.\(number + 1)")
                if number % 10 == 0 { target.port = hole }
                return target
            }
            let (silent, good) = (targets.filter { $0.port == hole }, targets.filter { $0.port != hole })
            let waiting = silent.map { target in Task { await shell.script("true", on: target) } }
            let results = await inParallel(good.count) { await shell.script("echo \($0)", on: good[$0]) }
            waiting.forEach { $0.cancel() }
            let failed = results.filter { !$0.isSuccess }
            try require(failed.isEmpty, "held up \(failed.count): \(failed.first?.shown ?? "")")
            // Every good node was done before the first silent one ran into its deadline.
            for task in waiting { try require(await task.value.error?.kind, is: .cancelled, "a silent node") }
        },
    ]

    static let streamDuties: [Duty] = [
        Duty("an open stream answers line by line on one channel") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            let stream = try await shell.open(
                .script("while read -r line; do echo \"$1 $line\"; done; echo bye; exit 0", arguments: ["got"]),
                on: node.destination,
                deadlines: .patient()
            )
            for number in 0..<50 {
                try await stream.send(Array("\(number)\n".utf8))
                try require(try await line(of: stream), is: "got \(number)\n")
            }
            await stream.close()
            let after = await shell.script("echo alive", on: node.destination)
            try require(after.stdout.text, is: "alive\n", after.shown)
        },
        Duty("a stream that stays silent says so and stays usable") { bench in
            let node = try bench.node()
            let stream = try await bench.shell().open(
                .script("while read -r line; do echo \"$line\"; done", arguments: []),
                on: node.destination,
                deadlines: .patient()
            )
            do {
                let came = try await stream.next(within: .milliseconds(200))
                throw Violation("something came where nothing was asked: \(String(describing: came))")
            } catch let error as RemoteError {
                try require(error.kind, is: .idleTimeout)
            }
            try await stream.send(Array("late\n".utf8))
            try require(try await line(of: stream), is: "late\n")
            await stream.close()
        },
        Duty("a stream whose command ends comes to its end") { bench in
            let node = try bench.node()
            let stream = try await bench.shell().open(
                .script("echo only", arguments: []),
                on: node.destination,
                deadlines: .patient()
            )
            try require(try await line(of: stream), is: "only\n")
            try require(try await stream.next(within: .seconds(120)) == nil, "more came after the end")
            await stream.close()
        },
        Duty("a stream whose connection is cut says that it is lost") { bench in
            let node = try bench.node()
            let proxy = try CuttableProxy(to: node.destination.port, in: bench.bed)
            var target = node.destination
            target.port = proxy.port
            let stream = try await bench.shell().open(
                .script("echo one; cat", arguments: []),
                on: target,
                deadlines: .patient()
            )
            try require(try await line(of: stream), is: "one\n")
            proxy.cut()
            do {
                let more = try await stream.next(within: .seconds(120))
                throw Violation("after the cut came \(String(describing: more))")
            } catch let error as RemoteError {
                try require(error.kind, is: .connectionLost)
            }
            await stream.close()
        },
        Duty("closing a stream leaves nothing on the node") { bench in
            let node = try bench.node()
            let word = DutyBench.sleepWord()
            let stream = try await bench.shell().open(
                .script("echo on; exec sh -c 'while read -r x; do :; done' \(word)", arguments: []),
                on: node.destination,
                deadlines: .patient()
            )
            try require(try await line(of: stream), is: "on\n")
            await stream.close()
            let left = try await ProcessesOnNode.left(containing: word)
            try require(left.isEmpty, "left on the node: \(left)")
        },
    ]

    private static func line(of stream: any RemoteStream) async throws -> String {
        var bytes: [UInt8] = []
        while bytes.last != 0x0A, let chunk = try await stream.next(within: .seconds(120)) {
            if chunk.stream == .stdout { bytes += chunk.bytes }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Runs the work for 0..<count at once; the results in order of the numbers.
    private static func inParallel(
        _ count: Int,
        _ work: @escaping @Sendable (Int) async -> CommandResult
    ) async -> [CommandResult] {
        await withTaskGroup(of: (Int, CommandResult).self) { group in
            for number in 0..<count { group.addTask { (number, await work(number)) } }
            var results = [CommandResult](repeating: .init(ending: .exited(-1)), count: count)
            for await (number, result) in group { results[number] = result }
            return results
        }
    }
}
