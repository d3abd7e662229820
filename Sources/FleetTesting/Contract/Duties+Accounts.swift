import FleetModel
import Operations

extension RemoteShellContract {
    static let sudoDuties: [Duty] = [
        Duty("sudo with the right password runs as root, and no prompt is left in the output") { bench in
            let node = try bench.node(sudo: .withPassword)
            let elevation = Elevation(password: node.account?.password)
            for command in [
                Command.script("id -u; cat; echo e >&2", arguments: []), .loginShell("id -u; cat; echo e >&2"),
            ] {
                let result = try await elevated(command, elevation, stdin: .bytes(Array("in put\n".utf8)), bench, node)
                try require(result.ending, is: .exited(0), result.shown)
                try require(result.stdout.text, is: "0\nin put\n", result.shown)
                try require(result.stderr.text, is: "e\n", result.shown)
            }
        },
        Duty("sudo with a wrong password fails at once") { bench in
            let node = try bench.node(sudo: .withPassword)
            let elevation = Elevation(password: Secret("wrong"))
            let result = try await elevated(.script("id -u", arguments: []), elevation, bench, node)
            try require(result.error?.kind, is: .sudoPasswordNeeded, result.shown)
            try require(result.stdout.text, is: "")
        },
        Duty("sudo that wants a password where none is given fails at once, and leaves nothing waiting") { bench in
            let node = try bench.node(sudo: .withPassword)
            let result = try await elevated(.script("id -u", arguments: []), Elevation(), bench, node)
            try require(result.error?.kind, is: .sudoPasswordNeeded, result.shown)
            let user = node.destination.user.text
            let left = try await ProcessesOnNode.left(containing: "sudo -S -p")
            try require(left.isEmpty, "sudo of \(user) still waits: \(left)")
        },
        Duty("sudo that wants no password does not get one") { bench in
            let node = try bench.node(sudo: .withoutPassword)
            let elevation = Elevation(password: Secret("unused"))
            let result = try await elevated(
                .script("id -u; cat", arguments: []),
                elevation,
                stdin: .bytes(Array("x".utf8)),
                bench,
                node
            )
            try require(result.stdout.text, is: "0\nx", result.shown)
        },
        Duty("an account that may not use sudo is told so", on: [.openssh]) { bench in
            let node = try bench.node(shell: "/bin/sh")
            let elevation = Elevation(password: node.account?.password)
            let result = try await elevated(.script("id -u", arguments: []), elevation, bench, node)
            try require(!result.isSuccess, result.shown)
            try require(result.stdout.text, is: "", result.shown)
        },
        Duty("a deadline ends what runs as root") { bench in
            let node = try bench.node(sudo: .withPassword)
            let word = DutyBench.sleepWord()
            let job = RemoteJob(
                .script("sleep \(word) & sleep \(word) | cat", arguments: []),
                elevation: Elevation(password: node.account?.password),
                deadlines: .init(total: .seconds(4))
            )
            let result = try await bench.shell().run(job, on: node.destination)
            try require(result.error?.kind, is: .timeout, result.shown)
            let left = try await ProcessesOnNode.left(containing: word)
            try require(left.isEmpty, "left on the node: \(left)")
        },
    ]

    private static func elevated(
        _ command: Command,
        _ elevation: Elevation,
        stdin: StandardInput = .empty,
        _ bench: DutyBench,
        _ node: ServedNode
    ) async throws -> CommandResult {
        let job = RemoteJob(command, stdin: stdin, elevation: elevation, deadlines: .init(total: .seconds(30)))
        return try await bench.shell().run(job, on: node.destination)
    }

    /// The log-in shells of the field, by the path Debian gives them.
    private static let shells = ["/bin/bash", "/bin/dash", "/usr/bin/fish", "/bin/csh", "/bin/tcsh", "busybox"]

    static let logInShellDuties: [Duty] = shells.flatMap { path in
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return [
            Duty("our scripts run under \(name) as a log-in shell", on: [.openssh]) { bench in
                let node = try bench.node(shell: installed(path, bench))
                let arguments = ["it's", "a!b !! !", "x\ny", "\\ $HOME `id`", ""]
                let result = try await bench.shell().script(
                    "for a; do\n    printf '<%s>' \"$a\" # it's ! a \\ test\ndone\ncat\nexit 5",
                    arguments,
                    stdin: .bytes(Array("in".utf8)),
                    on: node.destination
                )
                try require(result.stdout.text, is: "<it's><a!b !! !><x\ny><\\ $HOME `id`><>in", result.shown)
                try require(result.ending, is: .exited(5), result.shown)
                try require(result.stderr.text, is: "", result.shown)
            },
            Duty("an operator's words are understood by \(name) as a log-in shell", on: [.openssh]) { bench in
                let node = try bench.node(shell: installed(path, bench))
                let shell = try bench.shell()
                let result = await shell.words("echo 'a  b' \"c\" | cat; echo d", on: node.destination)
                try require(result.stdout.text, is: "a  b c\nd\n", result.shown)
                try require(result.ending, is: .exited(0), result.shown)
                let own = await shell.words(ownWords[name] ?? "echo own", on: node.destination)
                try require(own.stdout.text, is: "own\n", own.shown)
            },
            Duty("a deadline ends a tree under \(name) as a log-in shell", on: [.openssh]) { bench in
                let node = try bench.node(shell: installed(path, bench))
                let word = DutyBench.sleepWord()
                let shell = try bench.shell()
                // The guard of a second command may be another: what the shell is has been learned by then.
                let first = await shell.words("echo first", on: node.destination)
                try require(first.stdout.text, is: "first\n", first.shown)
                let result = await shell.words(
                    "sleep \(word) | cat",
                    on: node.destination,
                    deadlines: .init(total: .seconds(4))
                )
                try require(result.error?.kind, is: .timeout, result.shown)
                let left = try await ProcessesOnNode.left(containing: word)
                try require(left.isEmpty, "left on the node: \(left)")
            },
        ]
    }

    /// Words that only this shell understands: the proof that it is the log-in shell that reads them.
    private static let ownWords = [
        "fish": "set x own; echo $x[1]", "csh": "set x = (own b); echo $x[1]", "tcsh": "set x = (own b); echo $x[1]",
        "bash": "x=(a own); echo ${x[1]}",
    ]

    private static func installed(_ path: String, _ bench: DutyBench) throws -> String {
        guard path == "busybox" else { return try LocalCommand.find(path) }
        // busybox knows by its name which program it is to be.
        let link = "/usr/local/bin/flt-ash/ash"
        try Scratch.folder("/usr/local/bin/flt-ash", mode: 0o755)
        if !Scratch.exists(link) {
            try LocalCommand.output(["ln", "-sf", try LocalCommand.find("/bin/busybox"), link])
        }
        return link
    }
}
