import FleetModel
import Operations

extension RemoteShellContract {
    static let commandDuties: [Duty] = [
        Duty("a command's two outputs come back byte for byte") { bench in
            let node = try bench.node()
            // Every byte value on both streams: `printf` of octal escapes, written without any quoting of ours.
            let escapes = (0..<256).map { "\\" + padded(String($0, radix: 8)) }.joined()
            let result = try await bench.shell().script(
                "printf \"$1\"; printf \"$1\" >&2; printf out",
                [escapes],
                on: node.destination
            )
            try require(result.ending, is: .exited(0), result.shown)
            let all = (0..<256).map { UInt8($0) }
            try require(result.stdout.head, is: all + Array("out".utf8))
            try require(result.stderr.head, is: all)
        },
        Duty("an exit code is a result, whatever it is, 255 included") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            for code: Int32 in [0, 1, 2, 3, 126, 127, 128, 254, 255] {
                let script = await shell.script("echo before; exit $1", ["\(code)"], on: node.destination)
                try require(script.ending, is: .exited(code), script.shown)
                try require(script.stdout.text, is: "before\n")
                let words = await shell.words("exit \(code)", on: node.destination)
                try require(words.ending, is: .exited(code), words.shown)
            }
        },
        Duty("a command ended by a signal says which") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            for signal in ["TERM", "KILL", "HUP", "SEGV"] {
                let result = await shell.script("echo before; kill -\(signal) $$; sleep 5", on: node.destination)
                try require(result.ending, is: .signalled(signal), result.shown)
                try require(result.stdout.text, is: "before\n")
            }
        },
        Duty("a command that is not there ends with 127") { bench in
            let node = try bench.node()
            let result = try await bench.shell().words("/no/such/command --flag", on: node.destination)
            try require(result.ending, is: .exited(127), result.shown)
            try require(!result.stderr.head.isEmpty, "the shell's own message is missing")
        },
        Duty("the arguments of a script arrive as they are") { bench in
            let node = try bench.node()
            let arguments = [
                "", " ", "a b", "it's", "\"", "$HOME", "`id`", "\\", "\\\\n", "a\nb", "!", "!!", "a!b", "*", "-n", "~",
                "%s%n", "\t", "ä€😀", "#", ";", "&&", "|", "<", "\\'", "'\\''", "{a,b}", "end\n", "\r", "^a^b",
            ]
            let result = try await bench.shell().script(
                #"printf '%s\0' "$#" "$@""#,
                arguments,
                on: node.destination
            )
            let expected = (["\(arguments.count)"] + arguments).map { $0 + "\0" }.joined()
            try require(result.stdout.text, is: expected, result.shown)
        },
        Duty("the text of a script arrives as it is") { bench in
            let node = try bench.node()
            let result = try await bench.shell().script(
                "x='it'\\''s ! a \\ test'\n# a comment with ' and \"\nprintf '%s\\n' \"$x\" \\\n  second !\necho \"tab\there\"\n",
                on: node.destination
            )
            try require(result.stdout.text, is: "it's ! a \\ test\nsecond\n!\ntab\there\n", result.shown)
        },
        Duty("a long script arrives whole") { bench in
            let node = try bench.node()
            let lines = (0..<1000).map { "n=\($0) # it's a line of a long script, with \\ and !" }
            let result = try await bench.shell().script(
                lines.joined(separator: "\n") + "\necho $n",
                on: node.destination
            )
            try require(result.stdout.text, is: "999\n", result.shown)
        },
        Duty("an operator's words mean what they mean to ssh") { bench in
            let node = try bench.node()
            let shell = try bench.shell()
            let cases: [(String, String)] = [
                ("echo a  b", "a b\n"), ("echo 'a  b' \"c  d\"", "a  b c  d\n"), ("echo a; echo b", "a\nb\n"),
                ("printf '%s|' a 'b c' | tr a-z A-Z", "A|B C|"), ("false || echo no", "no\n"),
                ("x=1\necho $x\n", "1\n"), ("echo 'it'\\''s' \\\\ !", "it's \\ !\n"), ("exec echo direct", "direct\n"),
            ]
            for (words, output) in cases {
                let result = await shell.words(words, on: node.destination)
                try require(result.stdout.text, is: output, "of “\(words)” \(result.shown)")
                try require(result.ending, is: .exited(0), result.shown)
                try require(result.stderr.text, is: "", "of “\(words)”")
            }
        },
        Duty("a verb goes to the forced command as it is") { bench in
            let forced = bench.bed.path("forced")
            try Scratch.write("#!/bin/sh\nprintf '<%s>' \"$SSH_ORIGINAL_COMMAND\"\nexit 7\n", to: forced, mode: 0o755)
            let node = try bench.node(keyOptions: "command=\"\(forced)\",no-pty")
            let job = RemoteJob(.verb("probe --root='/x y' $HOME"), deadlines: .patient())
            let result = try await bench.shell().run(job, on: node.destination)
            try require(result.ending, is: .exited(7), result.shown)
            try require(result.stdout.text, is: "<probe --root='/x y' $HOME>")
        },
        Duty("a forced command that ignores what is asked ends cleanly") { bench in
            let node = try bench.node(keyOptions: #"command="echo status; echo '{}'",no-port-forwarding,no-pty"#)
            let job = RemoteJob(.verb("anything"), deadlines: .patient())
            let result = try await bench.shell().run(job, on: node.destination)
            try require(result.stdout.text, is: "status\n{}\n", result.shown)
            try require(result.ending, is: .exited(0), result.shown)
        },
        Duty("the duration of a result is measured") { bench in
            let node = try bench.node()
            let result = try await bench.shell().script("sleep 0.2", on: node.destination)
            try require(result.duration >= .milliseconds(200), "the duration is \(result.duration)")
        },
    ]

    private static func padded(_ octal: String) -> String {
        String(repeating: "0", count: 3 - octal.count) + octal
    }
}
