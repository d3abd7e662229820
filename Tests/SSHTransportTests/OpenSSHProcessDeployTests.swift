import FleetModel
import FleetTesting
import Foundation
import Logging
import Operations
import Testing

@testable import SSHTransport

/// Deploy against real servers, compared with what rsync and tar make of the same tree.
@Suite(.timeLimit(.minutes(15))) struct OpenSSHProcessDeployTests {
    private func listing(_ root: String, owners: Bool) throws -> String {
        let format = owners ? "%P|%y|%m|%u:%g|%l" : "%P|%y|%m|%l"
        let script =
            #"cd "$1" && find . -printf "$2\0" | sort -z | tr '\0' '\n'; find . -type f -print0 | sort -z | xargs -0 sha256sum"#
        return try LocalCommand.output(["/bin/bash", "-c", script, "sh", root, format])
    }

    private func tree(_ root: String) throws {
        let script = #"""
            mkdir -p "$1/a b/empty" && cd "$1" && umask 022
            head -c 3000000 /dev/urandom > big; printf 1 > "it's !"; printf 2 > 'a b/new
            line'; printf 3 > "$(printf 'x\200y')"; ln -s big link; chmod 751 'a b'; chmod 600 big
            i=0; while [ $i -lt 250 ]; do echo $i > "a b/f$i"; i=$((i+1)); done
            """#
        try LocalCommand.output(["/bin/bash", "-c", script, "sh", root])
    }

    @Test(arguments: ["/bin/sh", "/bin/bash", "/usr/bin/fish", "/bin/csh"], [false, true])
    func `a tree arrives over a real server as rsync would make it`(shell: String, elevated: Bool) async throws {
        try await TestBed.with { bed in
            try tree(bed.path("source"))
            let key = try TestKey.generate(at: bed.path("key"))
            let account = try TestAccount.create(
                in: bed,
                shell: shell,
                sudo: .withPassword,
                authorizedKeys: [key.publicLine]
            )
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: [key.publicLine]))
            let node = try Destination(
                node: NodeName("node"),
                host: HostAddress("127.0.0.1"),
                port: server.port,
                user: account.user,
                credentials: [.keyFile(path: key.path)]
            )
            let ssh = try OpenSSHShell(trust: AcceptingTrust(), logger: Logger(label: "test"))
            let options = Deploy.Options(elevation: elevated ? Elevation(password: account.password) : nil)
            for changed in [true, false] {
                let result = await Deploy(shell: ssh).run(
                    source: bed.path("source"),
                    destination: "some where/target",
                    on: node,
                    options: options
                )
                #expect(result.error == nil, "\(String(describing: result.error))")
                #expect(result.changed == (changed ? result.files : 0))
            }
            await ssh.shutdown()
            try LocalCommand.output(["rsync", "-a", bed.path("source") + "/", bed.path("expected")])
            let found = try listing(account.home + "/some where/target", owners: elevated)
            #expect(try found == listing(bed.path("expected"), owners: elevated))
        }
    }

    @Test func `a connection that breaks in the middle leaves the old content and nothing else`() async throws {
        try await TestBed.with { bed in
            try Scratch.write(bytes: [UInt8](repeating: 1, count: 30 << 20), to: bed.path("data"))
            let key = try TestKey.generate(at: bed.path("key"))
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: [key.publicLine]))
            let proxy = try CuttableProxy(to: server.port, delay: .milliseconds(20), in: bed)
            try Scratch.folder(bed.path("node"))
            try Scratch.write("old", to: bed.path("node/data"))
            let node = try Destination(
                node: NodeName("node"),
                host: HostAddress("127.0.0.1"),
                port: proxy.port,
                user: UserName("root"),
                credentials: [.keyFile(path: key.path)]
            )
            let ssh = try OpenSSHShell(trust: AcceptingTrust(), logger: Logger(label: "test"))
            let (source, target) = (bed.path("data"), bed.path("node/data"))
            let deploy = Task { await Deploy(shell: ssh).run(source: source, destination: target, on: node) }
            // Cut when the first bytes of the content are there.
            let clock = ContinuousClock()
            let end = clock.now + .seconds(120)
            var folder = ""
            while clock.now < end, folder.isEmpty {
                let names = try LocalCommand.output(["find", bed.path("node"), "-name", "0", "-size", "+100k"])
                folder = names.trimmingNewline
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(!folder.isEmpty, "the content never began to arrive")
            proxy.cut()
            let result = await deploy.value
            #expect(result.error?.code == "ssh.connection_lost", "\(result)")
            #expect(try Scratch.text(target) == "old")
            while clock.now < end, try LocalCommand.output(["ls", "-A", bed.path("node")]) != "data\n" {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try LocalCommand.output(["ls", "-A", bed.path("node")]) == "data\n")
            await ssh.shutdown()
        }
    }
}
