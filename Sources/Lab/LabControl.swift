package import FleetModel
import Glibc

/// The way from another process to a running lab.
package struct LabControl: Sendable {
    private let folder: LabFolder

    package init(folder: LabFolder) {
        self.folder = folder
    }

    /// Changes the faults of these nodes; `none` mends them.
    ///
    /// - Throws: `UsageError` for a bad specification or an unknown node, `LabError` when no lab runs.
    package func setFaults(_ spec: String, on names: [NodeName]) throws {
        // Refused here already, with the place in the user's own words.
        _ = try FaultSpec(parsing: spec)
        _ = try ask(.faults(spec, names))
    }

    /// `{"pid","nodes","connections","commands","faults":{node: [fault, …]}}`.
    ///
    /// - Throws: `LabError` when no lab runs.
    package func status() throws -> JSONValue { try ask(.status) }

    /// Asks the lab to stop; it does so after it has answered.
    ///
    /// - Throws: `LabError` when no lab runs.
    package func stop() throws { _ = try ask(.stop) }

    private func ask(_ order: LabOrder) throws -> JSONValue {
        let descriptor: Int32
        do {
            descriptor = try ControlSocket.connect(to: folder)
        } catch {
            throw LabError("not_running", "no lab runs in \(folder.path)", advice: "start one with “lab up”")
        }
        defer { close(descriptor) }
        let answer = try exchange(order.line, on: descriptor)
        if let error = answer.object?["error"]?.object {
            throw UsageError(
                String((error["code"]?.string ?? "usage.lab").dropFirst("usage.".count)),
                error["problem"]?.string ?? "",
                advice: error["advice"]?.string
            )
        }
        return answer.object?["result"] ?? .null
    }

    private func exchange(_ line: String, on descriptor: Int32) throws(LabError) -> JSONValue {
        var bytes = Array(line.utf8)
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw LabError.system("sending to the lab") }
            bytes.removeFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while answer.last != UInt8(ascii: "\n"), answer.count < LabOrder.lineLimit {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw LabError("no_answer", "the lab in \(folder.path) does not answer") }
            answer.append(contentsOf: chunk[..<count])
        }
        guard let document = try? JSONReading.parse(answer) else {
            throw LabError("no_answer", "the lab in \(folder.path) answered nonsense")
        }
        return document
    }
}
