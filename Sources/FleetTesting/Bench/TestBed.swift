import Glibc
import Synchronization

/// The servers, folders and accounts of one test. What was started last is ended first, however the test ends.
package final class TestBed: Sendable {
    /// A scratch folder of this test, which other accounts may pass through, with a short path (Unix sockets have room for 107 bytes).
    package let folder: String
    private let endings = Mutex<[@Sendable () -> Void]>([])

    private init() throws {
        TestLeftovers.clear()
        var template = Array("/tmp/flt-\(getpid())-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw FixtureError("no scratch folder: errno \(errno)") }
        folder = String(cString: made)
        chmod(folder, 0o711)
        atEnd { [folder] in Scratch.remove(folder) }
    }

    /// Runs a test with its own bed and clears everything away afterwards, also when the body throws.
    package static func with<R>(_ body: (TestBed) async throws -> R) async throws -> R {
        let bed = try TestBed()
        defer { bed.end() }
        return try await body(bed)
    }

    /// Something to do when the test ends; the last one given is the first one done.
    package func atEnd(_ ending: @escaping @Sendable () -> Void) {
        endings.withLock { $0.append(ending) }
    }

    /// A fresh path inside the scratch folder; nothing is made there.
    package func path(_ name: String) -> String { folder + "/" + name }

    private func end() {
        while let last = endings.withLock({ $0.popLast() }) { last() }
    }
}

/// A fixture could not be set up: the test fails and says what is missing.
package struct FixtureError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// A program that the set-up script installs is not there.
    package static func missing(_ program: String) -> FixtureError {
        FixtureError("\(program) is not installed: run scripts/setup")
    }
}
