import FleetModel
import Foundation
import Synchronization
import Testing

@testable import Lab

/// A running lab for one test, in a folder and on loopback addresses of its own, and the system's `ssh` to look at it.
final class LabBench: Sendable {
    let fleet: LabFleet
    let folder: String
    let healthPort: Int
    let plan: LabPlan
    static let password = "rehearse this"
    private let key: String
    let publicKey: String

    /// Runs a body against a fresh lab and takes it down whatever happens.
    static func with(
        nodes: Int = 4,
        faults: String = "none",
        healthPort: Int? = nil,
        rebootTime: Duration = .seconds(1),
        folder: String? = nil,
        shared: Bool = false,
        _ body: (LabBench) async throws -> Void
    ) async throws {
        let bench = try LabBench(nodes, healthPort, rebootTime, folder, shared)
        try bench.fleet.start(faults: FaultSpec(parsing: faults))
        do {
            try await body(bench)
        } catch {
            bench.end(keeping: folder != nil)
            throw error
        }
        bench.end(keeping: folder != nil)
    }

    private init(_ nodes: Int, _ healthPort: Int?, _ rebootTime: Duration, _ folder: String?, _ shared: Bool) throws {
        self.healthPort = healthPort ?? 0
        let folder = folder ?? NSTemporaryDirectory() + "flotilla-lab-\(UUID().uuidString)"
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        key = folder + "/key"
        if !FileManager.default.fileExists(atPath: key) {
            let made = try Self.runToEnd("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
            try #require(made.status == 0, "ssh-keygen is missing: run scripts/setup")
        }
        publicKey = try String(contentsOfFile: key + ".pub", encoding: .utf8).trimmingCharacters(in: .newlines)
        plan = try LabPlan(count: nodes, port: Int.random(in: 20_000...29_999), network: Int.random(in: 100...250))
        var settings = LabSettings(
            folder: folder + "/lab",
            authorizedKeys: [publicKey],
            password: Secret(Self.password)
        )
        settings.rebootTime = rebootTime
        settings.healthPort = healthPort
        settings.exporterPort = healthPort.map { $0 + 2_001 }
        settings.sharesListeners = shared ? true : nil
        fleet = LabFleet(plan: plan, settings: settings, clock: Self.clock)
    }

    static let clock = LabClock(
        now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        monotonic: { .nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds)) }
    )

    private func end(keeping isKept: Bool) {
        fleet.stop()
        if !isKept { try? FileManager.default.removeItem(atPath: folder) }
    }

    // MARK: ssh

    struct Answer: Sendable {
        let status: Int32
        let output: Data
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The start of an `ssh` that serves as another one's proxy.
    var forwarding: String {
        "ssh -F none -i \(key) -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no "
            + "-o UserKnownHostsFile=/dev/null"
    }

    func node(_ name: String) throws -> LabNode { try #require(plan.nodes.first { $0.name.text == name }) }

    /// One run of the system's `ssh`; killed after `deadline` seconds (status 137).
    func ssh(
        _ name: String,
        _ command: String?,
        input: Data = Data(),
        user: String? = nil,
        options: [String] = [],
        deadline: Int = 120
    ) async throws -> Answer {
        let node = try node(name)
        let words =
            [
                "-s", "KILL", "\(deadline)", "ssh", "-F", "none", "-i", key, "-o", "IdentitiesOnly=yes", "-o",
                "BatchMode=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-p",
                "\(node.port)",
            ]
            + options + ["\(user ?? node.user.text)@\(node.host)"] + (command.map { [$0] } ?? [])
        return try await Self.run("/usr/bin/timeout", words, input: input)
    }

    static func run(_ tool: String, _ words: [String], input: Data = Data()) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try runToEnd(tool, words, input: input) })
            }
        }
    }

    /// Waits until no process has these words in its command line. - Returns: false when some are left.
    static func isGone(_ words: String) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await run("/usr/bin/pgrep", ["-f", "--", words]).status == 1 { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private static func runToEnd(_ tool: String, _ words: [String], input: Data = Data()) throws -> Answer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = words
        let scratch = NSTemporaryDirectory() + "flotilla-io-\(UUID().uuidString)"
        try input.write(to: URL(fileURLWithPath: scratch + ".in"))
        for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: "\(scratch).\(name)")) }
        defer {
            for name in ["in", "out", "err"] { try? FileManager.default.removeItem(atPath: "\(scratch).\(name)") }
        }
        process.standardInput = FileHandle(forReadingAtPath: scratch + ".in")
        process.standardOutput = FileHandle(forWritingAtPath: scratch + ".out")
        process.standardError = FileHandle(forWritingAtPath: scratch + ".err")
        try process.run()
        process.waitUntilExit()
        let output = FileManager.default.contents(atPath: scratch + ".out") ?? Data()
        let errors = FileManager.default.contents(atPath: scratch + ".err") ?? Data()
        // As a shell counts them: `timeout -s KILL` ends itself by the signal it sent.
        let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
        return Answer(status: status, output: output, errors: String(decoding: errors, as: UTF8.self))
    }

    /// The same with options that go before the bench's own: ssh keeps the first value it reads.
    func pinned(_ name: String, _ command: String, _ options: [String]) async throws -> Answer {
        let node = try node(name)
        return try await Self.run(
            "/usr/bin/timeout",
            ["-s", "KILL", "120", "ssh", "-F", "none", "-i", key, "-o", "BatchMode=yes"] + options
                + ["-p", "\(node.port)", "\(node.user)@\(node.host)", command]
        )
    }

    func set(_ spec: String, on name: String) throws {
        try fleet.setFaults(FaultSpec(parsing: spec), on: [try node(name).name])
    }

    /// Asks again until the answer is as wanted or the deadline is over; the last answer is returned.
    func ssh(_ name: String, _ command: String, until isWanted: (Answer) -> Bool, seconds: Int = 120) async throws
        -> Answer
    {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let answer = try await ssh(name, command)
            if isWanted(answer) || ContinuousClock.now > end { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
