import Testing

@testable import Probes

/// The real script under a real shell.
enum ProbeRun {
    static func nonce(_ number: UInt64 = 1) -> ProbeNonce { ProbeNonce(entropy: 0xF107_1114 &+ number) }

    /// One run with these requests; the frames in the order of the requests.
    static func frames(
        _ requests: [[ProbeFamily]],
        shell: Shell = .dash,
        roots: ProbeScript.Roots = .init(),
        environment: [String: String]? = nil
    ) throws -> [ProbeFrame] {
        let nonces = requests.indices.map { nonce(UInt64($0)) }
        let input = zip(nonces, requests).flatMap { ProbeScript.request($0, $1) }
        let run = try Run.words(
            shell.words() + ["-c", ProbeScript.text, "flotilla-probe"] + roots.arguments,
            input: input,
            environment: environment
        )
        try #require(run.status == 0, "\(run.errors)")
        return try frames(in: run.output, nonces)
    }

    static func frames(in output: [UInt8], _ nonces: [ProbeNonce]) throws -> [ProbeFrame] {
        var reader = ProbeFrameReader()
        var rest = output
        return try nonces.map { nonce in
            reader.expect(nonce)
            let frame = try #require(try reader.feed(rest), "no frame for \(nonce.text)")
            rest = []
            return frame
        }
    }

    static func reading(_ families: [ProbeFamily], shell: Shell = .dash, roots: ProbeScript.Roots = .init()) throws
        -> ProbeReading
    {
        let frames = try frames([families], shell: shell, roots: roots)
        return ProbeReading.parse(try #require(frames.first))
    }
}
