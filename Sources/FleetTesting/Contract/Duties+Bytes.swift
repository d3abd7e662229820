import FleetModel
import Operations
import Synchronization

extension RemoteShellContract {
    static let inputDuties: [Duty] = [
        Duty("empty stdin is an end of file at once") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            let script = await shell.script("wc -c", on: node.destination)
            try require(script.stdout.text.filter(\.isNumber), is: "0", script.shown)
            let words = await shell.words("wc -c", on: node.destination)
            try require(words.stdout.text.filter(\.isNumber), is: "0", words.shown)
        },
        Duty("bytes on stdin arrive exactly") { bench in
            let node = try bench.node()
            let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let result = try await bench.shell().script("cat", stdin: .bytes(bytes), on: node.destination)
            try require(result.ending, is: .exited(0), result.shown)
            try require(result.stdout.head == bytes, "stdin came back changed: \(result.stdout.total) bytes")
        },
        Duty("a file on stdin arrives exactly") { bench in
            let node = try bench.node()
            let path = bench.bed.path("input")
            try Scratch.write(bytes: (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 17) }, to: path)
            let result = try await bench.shell().script("sha256sum", stdin: .file(path: path), on: node.destination)
            let expected = try LocalCommand.output(["sha256sum", path]).prefix(64)
            try require(String(result.stdout.text.prefix(64)), is: String(expected), result.shown)
        },
        Duty("a stream of 20 MB on stdin arrives exactly, and no faster than the node takes it") { bench in
            let node = try bench.node()
            let chunk = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let given = Mutex(0)
            let result = try await bench.shell().script(
                "sleep 1; sha256sum",
                stdin: .stream {
                    let count = given.withLock { count in
                        defer { count += 1 }
                        return count
                    }
                    return count < 320 ? chunk : nil
                },
                on: node.destination
            )
            let path = bench.bed.path("whole")
            try Scratch.write(bytes: (0..<320).flatMap { _ in chunk }, to: path)
            let expected = try LocalCommand.output(["sha256sum", path]).prefix(64)
            try require(String(result.stdout.text.prefix(64)), is: String(expected), result.shown)
            try require(given.withLock { $0 }, is: 321)
        },
        Duty("a command that does not read its stdin still ends") { bench in
            let node = try bench.node()
            let bytes = [UInt8](repeating: 0x61, count: 8 << 20)
            let result = try await bench.shell().script("echo done; exit 3", stdin: .bytes(bytes), on: node.destination)
            try require(result.ending, is: .exited(3), result.shown)
            try require(result.stdout.text, is: "done\n")
        },
        Duty("a file that is not there fails before anything runs") { bench in
            let node = try bench.node()
            let mark = try bench.mark("mark")
            let result = try await bench.shell().script(
                "echo ran > \(mark)",
                stdin: .file(path: bench.bed.path("nothing")),
                on: node.destination
            )
            try require(result.error != nil, result.shown)
            try require(try Scratch.text(mark), is: "", "the command ran without its input")
        },
    ]

    static let outputDuties: [Duty] = [
        Duty("output past the memory limit is counted and dropped where there is no room for it") { bench in
            let node = try bench.node()
            let result = try await bench.shell().script(
                "head -c 300000 /dev/zero",
                on: node.destination,
                limits: .init(memory: 1000, total: 1_000_000)
            )
            try require(result.ending, is: .exited(0), result.shown)
            try require(result.stdout.head.count, is: 1000)
            try require(result.stdout.total, is: 300_000)
            try require(result.stdout.isTruncated, "the result does not say that bytes were dropped")
        },
        Duty("output past the memory limit is spilled whole") { bench in
            let node = try bench.node()
            let folder = bench.bed.path("spill")
            try Scratch.folder(folder)
            let limits = OutputLimits(memory: 1000, total: 1_000_000, spillDirectory: folder)
            let result = try await bench.shell().script(
                "i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i+1)); done",
                on: node.destination,
                limits: limits
            )
            let expected = (0..<30_000).map { "\($0)\n" }.joined()
            try require(result.stdout.total, is: expected.utf8.count, result.shown)
            try require(!result.stdout.isTruncated, "nothing was dropped")
            try require(result.stdout.head == Array(expected.utf8.prefix(1000)), "the head is wrong")
            guard let spill = result.stdout.spill else { throw Violation("nothing was spilled") }
            try require(spill.hasPrefix(folder + "/"), "spilled to \(spill)")
            try require(try Scratch.text(spill) == expected, "the spilled file is wrong")
        },
        Duty("output past the hard cap is truncated, and the command still ends as it would") { bench in
            let node = try bench.node()
            let folder = bench.bed.path("spill")
            try Scratch.folder(folder)
            let limits = OutputLimits(memory: 1000, total: 50_000, spillDirectory: folder)
            let result = try await bench.shell().script(
                "head -c 3000000 /dev/zero; exit 4",
                on: node.destination,
                limits: limits
            )
            try require(result.ending, is: .exited(4), result.shown)
            try require(result.stdout.isTruncated, "the result does not say that bytes were dropped")
            try require(result.stdout.total, is: 3_000_000)
            guard let spill = result.stdout.spill else { throw Violation("nothing was spilled") }
            try require(try Scratch.read(spill).count, is: 50_000)
        },
        Duty("a node that floods is bounded and ended by its deadline") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            try await expectWarm(shell, node.destination)
            try await TestLimit.growing { limit in
                let word = DutyBench.sleepWord()
                let result = await shell.script(
                    "exec sh -c 'while :; do echo flood-of-output-flood-of-output; done' \(word)",
                    on: node.destination,
                    limits: .init(memory: 4096, total: 65_536),
                    deadlines: .patient(total: limit)
                )
                try require(result.error?.kind, is: .timeout, result.shown)
                try require(result.stdout.head.count <= 4096, "kept \(result.stdout.head.count) bytes")
                let left = try await ProcessesOnNode.left(containing: word)
                try require(left.isEmpty, "left on the node: \(left)")
                return result.stdout.total > 4096 ? nil : "the flood never began"
            }
        },
        Duty("output is reported as it arrives, each stream in its order") { bench in
            let node = try bench.node()
            let heard = Mutex<[OutputChunk]>([])
            let job = RemoteJob(
                .script("echo a; echo b >&2; head -c 200000 /dev/zero; echo c", arguments: []),
                deadlines: .patient(),
                onOutput: { chunk in heard.withLock { $0.append(chunk) } }
            )
            let result = try await bench.shell().run(job, on: node.destination)
            let chunks = heard.withLock { $0 }
            let stdout = chunks.filter { $0.stream == .stdout }.flatMap(\.bytes)
            let stderr = chunks.filter { $0.stream == .stderr }.flatMap(\.bytes)
            try require(stdout == result.stdout.head, "stdout was reported otherwise than kept")
            try require(stderr == Array("b\n".utf8), "stderr was reported as \(stderr)")
        },
        Duty("the first output is reported before the command has ended") { bench in
            let node = try bench.node()
            let gate = bench.bed.path("gate")
            // The command ends only when the file is there, and the file comes only when its output was heard.
            let job = RemoteJob(
                .script("echo ready; while [ ! -e \"$1\" ]; do sleep 0.02; done; echo went on", arguments: [gate]),
                deadlines: .patient(),
                onOutput: { _ in try? Scratch.write("", to: gate, mode: 0o644) }
            )
            let result = try await bench.shell().run(job, on: node.destination)
            try require(result.stdout.text, is: "ready\nwent on\n", result.shown)
        },
    ]
}
