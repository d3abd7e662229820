import FleetModel
import Operations
import Synchronization

extension RemoteShellContract {
    static let trustDuties: [Duty] = [
        Duty("the host key is shown as ssh-keygen shows it") { bench in
            let node = try bench.node()
            let trust = AcceptingTrust()
            let result = try await bench.shell(trust: trust).script("true", on: node.destination)
            try require(result.ending, is: .exited(0), result.shown)
            try require(trust.seen.map(\.key), is: [node.hostKey])
            try require(trust.seen.map(\.node), is: [node.destination.node])
        },
        Duty("an unknown host key is refused before any credential is sent") { bench in
            let node = try bench.node()
            let result = try await bench.shell(trust: StrictTrust()).script("true", on: node.destination)
            try require(result.error?.kind, is: .hostKeyUnknown, result.shown)
            if bench.server == .openssh {
                let log = try Scratch.text(bench.bed.path("node/log"))
                try require(!log.contains("publickey"), "a key was offered: \(log)")
            }
        },
        Duty("a changed host key is refused, and the pinned one is accepted") { bench in
            let node = try bench.node()
            var target = node.destination
            target.hostKey = node.hostKey
            let shell = try bench.shell(trust: StrictTrust())
            let known = await shell.script("echo in", on: target)
            try require(known.stdout.text, is: "in\n", known.shown)
            let other = try TestKey.generate(at: bench.bed.path("other-host-key"))
            target.hostKey = other.hostKey
            let changed = try await bench.shell(trust: StrictTrust()).script("echo in", on: target)
            try require(changed.error?.kind, is: .hostKeyChanged, changed.shown)
        },
        Duty("the pinned key's algorithm is asked for where the server has several", on: [.openssh]) { bench in
            let rsa = try TestKey.generate(at: bench.bed.path("host-ecdsa"), type: "ecdsa")
            var settings = RealSSHD.Settings()
            settings.extraLines = ["HostKey \(rsa.path)"]
            let node = try bench.node(settings: settings)
            for pinned in [rsa.hostKey, node.hostKey] {
                var target = node.destination
                target.hostKey = pinned
                let result = try await bench.shell(trust: StrictTrust()).script("echo in", on: target)
                try require(result.stdout.text, is: "in\n", "with \(pinned.algorithm) \(result.shown)")
            }
        },
        Duty("a forgotten node is examined again") { bench in
            let node = try bench.node()
            let trust = AcceptingTrust()
            let shell = try bench.shell(trust: trust)
            for _ in 0..<3 { _ = await shell.script("true", on: node.destination) }
            try require(trust.seen.count, is: 1, "sightings on a warm connection")
            await shell.forget(node.destination.node)
            let again = await shell.script("echo in", on: node.destination)
            try require(again.stdout.text, is: "in\n", again.shown)
            try require(trust.seen.count, is: 2, "sightings after forgetting")
        },
    ]

    static let jumpDuties: [Duty] = [
        Duty("a node behind one jump host is reached") { bench in
            let jump = try bench.node("jump")
            let node = try bench.node("inner")
            var target = node.destination
            target.path = [jump.destination]
            let trust = AcceptingTrust()
            let result = try await bench.shell(trust: trust).script("echo $SSH_CONNECTION", on: target)
            try require(result.ending, is: .exited(0), result.shown)
            try require(trust.seen.map(\.node.text), is: ["jump", "inner"])
            try require(trust.seen.map(\.key), is: [jump.hostKey, node.hostKey])
        },
        Duty("a node behind two jump hosts is reached, and large output comes whole") { bench in
            let (first, second) = (try bench.node("first"), try bench.node("second"))
            let node = try bench.node("inner")
            var target = node.destination
            target.path = [first.destination, second.destination]
            let shell = try bench.shell()
            let limits = OutputLimits(memory: 4 << 20)
            let result = await shell.script("head -c 3000000 /dev/zero; echo end", on: target, limits: limits)
            try require(result.stdout.total, is: 3_000_004, result.ending == .exited(0) ? "" : result.shown)
            try require(result.ending, is: .exited(0))
        },
        Duty("a jump host that fails is named, with its own reason", on: [.openssh]) { bench in
            let node = try bench.node("inner")
            var jump = node.destination
            jump.node = try NodeName("gateway")
            jump.port = try TestPort.free()
            var target = node.destination
            target.path = [jump]
            let result = try await bench.shell().script("true", on: target)
            try require(result.error?.kind, is: .jumpFailed, result.shown)
            try require(result.error?.problem.contains("gateway") == true, "the hop is not named: \(result.shown)")
            try require(result.error?.node.text, is: "inner")
        },
        Duty("a node that refuses behind a good jump host is not the jump host's fault", on: [.openssh]) { bench in
            let jump = try bench.node("jump")
            var target = jump.destination
            target.node = try NodeName("inner")
            target.port = try TestPort.free()
            target.path = [jump.destination]
            let result = try await bench.shell().script("true", on: target)
            let allowed: [RemoteError.Code?] = [.connectRefused, .unreachable]
            try require(allowed.contains(result.error?.kind), result.shown)
        },
        Duty("a deadline ends a command behind a jump host", on: [.openssh]) { bench in
            let (jump, node) = (try bench.node("jump"), try bench.node("inner"))
            var target = node.destination
            target.path = [jump.destination]
            let behind = target
            let shell = try bench.shell()
            try await expectWarm(shell, behind)
            try await TestLimit.growing { limit in
                let word = DutyBench.sleepWord()
                let command = Command.script("sleep \(word) | cat", arguments: [])
                let job = RemoteJob(command, deadlines: .patient(total: limit))
                return try await ended(job, on: behind, by: shell, limit: limit, word: word, count: 1)
            }
        },
    ]
}
