import FleetModel
import FleetTesting
import Operations
import Testing

/// The shells that nodes have.
private let shells: [[String]] = [["/bin/dash"], ["/bin/bash"], ["/bin/busybox", "sh"]]

@Suite(.timeLimit(.minutes(15))) struct DeployTests {
    private func node() throws -> Destination {
        try Destination(
            node: NodeName("here"),
            host: HostAddress("127.0.0.1"),
            user: UserName("root"),
            credentials: []
        )
    }

    /// A tree with every oddity that a file name or a file can have.
    private func oddTree(_ root: String) throws {
        let script = #"""
            set -e
            mkdir -p "$1" && cd "$1"
            mkdir empty 'with space' sub sub/deep
            printf 'plain\n' > plain; printf x > 'with space/a b'; printf y > "it's"; printf z > -dash
            printf q > 'quo"te'; printf n > 'new
            line'; printf t > 'trailing
            '; printf u > "$(printf 'bad\377name')"; printf d > '$HOME `id` \back'; printf s > '*'
            head -c 300000 /dev/urandom > sub/deep/big; : > sub/nothing
            chmod 755 plain; chmod 600 "it's"; chmod 4755 -- -dash; chmod 750 sub; chmod 711 empty
            ln -s plain link; ln -s /no/such/place broken; ln -s sub dirlink; ln -s 'a
            b' 'odd link'
            """#
        try LocalCommand.output(["/bin/bash", "-c", script, "sh", root])
    }

    /// Names, kinds, modes, owners, link targets and contents of a tree, as text.
    private func listing(_ root: String) throws -> String {
        let script =
            #"cd "$1" && find . -printf '%P|%y|%m|%u:%g|%l\0' | sort -z | tr '\0' '\n'; find . -type f -print0 | sort -z | xargs -0 sha256sum"#
        return try LocalCommand.output(["/bin/bash", "-c", script, "sh", root])
    }

    @Test(arguments: shells)
    func `a deployed tree is what rsync makes of it`(shell: [String]) async throws {
        try await TestBed.with { bed in
            try oddTree(bed.path("source"))
            try LocalCommand.output(["rsync", "-a", bed.path("source") + "/", bed.path("expected")])
            let deploy = Deploy(shell: LocalShell(shell))
            let result = await deploy.run(source: bed.path("source"), destination: bed.path("target"), on: try node())
            #expect(result.error == nil, "\(String(describing: result.error))")
            #expect(try listing(bed.path("target")) == listing(bed.path("expected")))
            #expect(result.changed == result.files && result.bytes > 300_000)
        }
    }

    @Test(arguments: shells)
    func `what is the same is not sent again, and what differs becomes the same`(shell: [String]) async throws {
        try await TestBed.with { bed in
            try oddTree(bed.path("source"))
            let deploy = Deploy(shell: LocalShell(shell))
            _ = await deploy.run(source: bed.path("source"), destination: bed.path("target"), on: try node())
            let again = await deploy.run(source: bed.path("source"), destination: bed.path("target"), on: try node())
            #expect(again.error == nil && again.changed == 0 && again.bytes == 0, "\(again)")
            let spoil =
                #"cd "$1" && echo more >> plain && chmod 640 'quo"te' && rm "it's" broken && ln -sf x link && rmdir empty && chmod 700 sub && rm dirlink && mkdir -p kept && : > kept/own"#
            try LocalCommand.output(["/bin/sh", "-c", spoil, "sh", bed.path("target")])
            let mended = await deploy.run(source: bed.path("source"), destination: bed.path("target"), on: try node())
            #expect(mended.error == nil && mended.changed == 8, "\(mended)")
            #expect(Scratch.exists(bed.path("target/kept/own")), "what only the node has is left alone")
            Scratch.remove(bed.path("target/kept"))
            #expect(try listing(bed.path("target")) == listing(bed.path("source")))
        }
    }

    @Test(arguments: shells)
    func `a file becomes its target, or goes into a folder`(shell: [String]) async throws {
        try await TestBed.with { bed in
            try Scratch.write("content\n", to: bed.path("file.conf"), mode: 0o640)
            try Scratch.folder(bed.path("folder"))
            let deploy = Deploy(shell: LocalShell(shell))
            for (destination, lands) in [
                ("new/made/here.conf", "new/made/here.conf"), ("folder", "folder/file.conf"),
                ("other/", "other/file.conf"), ("odd '\"$x\nname", "odd '\"$x\nname"),
            ] {
                let result = await deploy.run(
                    source: bed.path("file.conf"),
                    destination: bed.path(destination),
                    on: try node()
                )
                #expect(result.error == nil && result.changed == 1, "\(destination): \(result)")
                #expect(try Scratch.text(bed.path(lands)) == "content\n")
            }
        }
    }

    @Test(arguments: shells)
    func `mode and owner can be given`(shell: [String]) async throws {
        try await TestBed.with { bed in
            try Scratch.write("content\n", to: bed.path("file"), mode: 0o600)
            let options = Deploy.Options(mode: 0o444, owner: "nobody:daemon")
            let deploy = Deploy(shell: LocalShell(shell))
            for changed in [1, 0] {
                let result = await deploy.run(
                    source: bed.path("file"),
                    destination: bed.path("target"),
                    on: try node(),
                    options: options
                )
                #expect(result.error == nil && result.changed == changed, "\(result)")
            }
            let shown = try LocalCommand.output(["stat", "-c", "%a %U:%G", bed.path("target")])
            #expect(shown == "444 nobody:daemon\n")
        }
    }

    @Test(arguments: shells)
    func `a full disk is named, the old content stays, and nothing temporary is left`(shell: [String]) async throws {
        try await TestBed.with { bed in
            let disk = bed.path("small disk")
            try Scratch.folder(disk)
            try LocalCommand.output(["mount", "-t", "tmpfs", "-o", "size=256k", "flt-small", disk])
            bed.atEnd { _ = try? LocalCommand.run(["umount", "-l", disk]) }
            try Scratch.write("old", to: disk + "/data")
            try Scratch.write(bytes: [UInt8](repeating: 7, count: 2 << 20), to: bed.path("data"))
            let deploy = Deploy(shell: LocalShell(shell))
            let result = await deploy.run(source: bed.path("data"), destination: disk + "/data", on: try node())
            #expect(result.error?.code == "deploy.disk_full", "\(result)")
            #expect(result.error?.problem.contains("small disk") == true, "\(result)")
            #expect(try Scratch.text(disk + "/data") == "old")
            #expect(try LocalCommand.output(["ls", "-A", disk]) == "data\n")
        }
    }

    @Test(arguments: shells)
    func `a stream that was changed on its way is refused, and the old content stays`(shell: [String]) async throws {
        try await TestBed.with { bed in
            try Scratch.write("new content", to: bed.path("data"))
            try Scratch.write("old", to: bed.path("target"))
            let deploy = Deploy(shell: Meddler(inner: LocalShell(shell)))
            let result = await deploy.run(source: bed.path("data"), destination: bed.path("target"), on: try node())
            #expect(result.error?.code == "deploy.hash_mismatch", "\(result)")
            #expect(try Scratch.text(bed.path("target")) == "old")
            #expect(try LocalCommand.output(["ls", "-A", bed.folder]) == "data\ntarget\n")
        }
    }

    @Test func `a folder in the place of a file is refused before anything is changed`() async throws {
        try await TestBed.with { bed in
            try Scratch.folder(bed.path("source"))
            try Scratch.write("a", to: bed.path("source/a"))
            try Scratch.write("b", to: bed.path("source/b"))
            try Scratch.folder(bed.path("target/b/full"))
            let deploy = Deploy(shell: LocalShell(["/bin/sh"]))
            let result = await deploy.run(source: bed.path("source"), destination: bed.path("target"), on: try node())
            #expect(result.error?.code == "deploy.failed", "\(result)")
            #expect(!Scratch.exists(bed.path("target/a")))
        }
    }

    @Test func `a source that is not there is the caller's mistake`() async throws {
        let deploy = Deploy(shell: LocalShell(["/bin/sh"]))
        let result = await deploy.run(source: "/no/such/source", destination: "/tmp/x", on: try node())
        #expect(result.error?.code == "usage.unreadable_source")
    }
}

/// Changes a byte of the content on its way.
private struct Meddler: RemoteShell {
    let inner: LocalShell

    func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        guard case .stream(let next) = job.stdin else { return await inner.run(job, on: destination) }
        var changed = job
        changed.stdin = .stream {
            guard let chunk = try await next() else { return nil }
            return chunk == Array("new content".utf8) ? Array("now content".utf8) : chunk
        }
        return await inner.run(changed, on: destination)
    }

    func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws -> any RemoteStream {
        try await inner.open(command, on: destination, deadlines: deadlines)
    }

    func forget(_ node: NodeName) async {}
    func shutdown() async {}
}
