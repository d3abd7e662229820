import Foundation
import Testing

@testable import Lab

@Suite(.serialized, .timeLimit(.minutes(2))) struct JumpTests {
    @Test func `a node reaches another through a third one, and bytes come whole both ways`() async throws {
        try await LabBench.with { lab in
            let bytes = Data((0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let answer = try await lab.ssh("pop-02", "cat", input: bytes, options: Self.through("pop-01", lab))
            #expect(answer.status == 0, "\(answer.errors)")
            #expect(answer.output == bytes)
        }
    }

    @Test(arguments: ["restrict", "no-port-forwarding"])
    func `a key without forwarding opens no way`(option: String) async throws {
        try await LabBench.with { lab in
            let keys = lab.folder + "/lab/nodes/pop-01/home/.ssh/authorized_keys"
            try "\(option) \(lab.publicKey)\n".write(toFile: keys, atomically: true, encoding: .utf8)
            let refused = try await lab.ssh("pop-02", "true", options: Self.through("pop-01", lab))
            #expect(refused.errors.contains("prohibited"), "\(refused.errors)")
            try "\(option),port-forwarding \(lab.publicKey)\n".write(toFile: keys, atomically: true, encoding: .utf8)
            #expect(try await lab.ssh("pop-02", "true", options: Self.through("pop-01", lab)).status == 0)
        }
    }

    @Test func `nothing outside the lab is reached through it`() async throws {
        try await LabBench.with { lab in
            let node = try lab.node("pop-01")
            for target in ["127.0.0.1:\(node.port)", "\(node.host):22", "example.org:22"] {
                let refused = try await lab.ssh("pop-01", nil, options: ["-W", target])
                #expect(refused.status != 0)
                #expect(refused.errors.contains("forwarding failed"), "\(target): \(refused.errors)")
            }
        }
    }

    private static func through(_ jump: String, _ lab: LabBench) throws -> [String] {
        let node = try lab.node(jump)
        return ["-o", "ProxyCommand=\(lab.forwarding) -p \(node.port) -W %h:%p \(node.user)@\(node.host)"]
    }
}
