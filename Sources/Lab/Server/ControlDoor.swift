import CLibSSH
import FleetModel
import Glibc

/// The listening end of the control socket; runs on the first loop.
final class ControlDoor: Watcher {
    private let descriptor: Int32
    private unowned let loop: ServerLoop
    private let perform: (LabOrder) throws -> JSONValue
    private var callers: [ObjectIdentifier: Caller] = [:]

    init(in folder: LabFolder, loop: ServerLoop, perform: @escaping (LabOrder) throws -> JSONValue) throws(LabError) {
        self.descriptor = try ControlSocket.listen(in: folder)
        self.loop = loop
        self.perform = perform
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        loop.poller.watch(descriptor, for: .read, self)
    }

    deinit { close(descriptor) }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        let connection = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        guard connection >= 0 else { return }
        let caller = Caller(connection, loop: loop, perform: perform) { [unowned self] in self.callers[$0] = nil }
        callers[ObjectIdentifier(caller)] = caller
    }
}

/// One process that gives orders.
private final class Caller: Watcher {
    private var descriptor: Int32
    private unowned let loop: ServerLoop
    private let perform: (LabOrder) throws -> JSONValue
    private let ended: (ObjectIdentifier) -> Void
    private var input: [UInt8] = []
    private var output: [UInt8] = []

    init(
        _ descriptor: Int32,
        loop: ServerLoop,
        perform: @escaping (LabOrder) throws -> JSONValue,
        ended: @escaping (ObjectIdentifier) -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.perform = perform
        self.ended = ended
        loop.poller.watch(descriptor, for: .read, self)
    }

    func ready(_ descriptor: Int32, for readiness: Readiness) {
        if !output.isEmpty { return write() }
        let count = loop.scratch.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0, input.count < LabOrder.lineLimit else { return finish() }
        input.append(contentsOf: loop.scratch[..<count])
        guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else { return }
        output = Array((answer(to: Array(input[..<end])).text() + "\n").utf8)
        write()
    }

    private func answer(to line: [UInt8]) -> JSONValue {
        do {
            return ["result": try perform(try LabOrder(line: line))]
        } catch let error as any Explained {
            return [
                "error": [
                    "code": .string(error.code), "problem": .string(error.problem),
                    "advice": error.advice.map { .string($0) } ?? .null,
                ]
            ]
        } catch {
            return ["error": ["code": "lab.order", "problem": .string("\(error)")]]
        }
    }

    private func write() {
        let count = output.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0 && errno != EAGAIN { return finish() }
        output.removeFirst(max(0, count))
        if output.isEmpty { finish() } else { loop.poller.watch(descriptor, for: .write, self) }
    }

    private func finish() {
        guard descriptor >= 0 else { return }
        loop.poller.forget(descriptor)
        close(descriptor)
        descriptor = -1
        ended(ObjectIdentifier(self))
    }
}
