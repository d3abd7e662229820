/// How work on one node ended, with everything that came before. A non-zero exit is a result, not an error.
package struct CommandResult: Hashable, Sendable {
    package var ending: Ending
    package var stdout: CapturedOutput
    package var stderr: CapturedOutput
    /// From the first step (connect, or a warm connection taken) to the last byte.
    package var duration: Duration

    package init(
        ending: Ending,
        stdout: CapturedOutput = .init(),
        stderr: CapturedOutput = .init(),
        duration: Duration = .zero
    ) {
        self.ending = ending
        self.stdout = stdout
        self.stderr = stderr
        self.duration = duration
    }

    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        /// The name without `SIG`: `TERM`, `KILL`.
        case signalled(String)
        /// The node was not reached, or the work was cut short; the outputs hold what came before.
        case failed(RemoteError)
    }

    package var isSuccess: Bool { ending == .exited(0) }

    package var error: RemoteError? {
        if case .failed(let error) = ending { error } else { nil }
    }
}

/// One output stream of a command: bytes, bounded in memory, the rest in a file.
package struct CapturedOutput: Hashable, Sendable {
    /// The first bytes, up to the memory limit. All of them unless `spill` is set or `isTruncated`.
    package var head: [UInt8]
    /// A file with *all* kept bytes (the head too), where they were more than the memory limit.
    package var spill: String?
    /// Bytes that the node sent, kept or not.
    package var total: Int
    /// True when bytes were dropped because the hard cap was reached.
    package var isTruncated: Bool

    package init(_ head: [UInt8] = [], spill: String? = nil, total: Int? = nil, isTruncated: Bool = false) {
        self.head = head
        self.spill = spill
        self.total = total ?? head.count
        self.isTruncated = isTruncated
    }

    /// The head as text; bytes that are not UTF-8 become U+FFFD.
    package var text: String { String(decoding: head, as: UTF8.self) }
}

/// Bytes of one stream as they arrive.
package struct OutputChunk: Hashable, Sendable {
    package enum Stream: Hashable, Sendable {
        case stdout
        case stderr
    }

    package let stream: Stream
    package let bytes: [UInt8]

    package init(_ stream: Stream, _ bytes: [UInt8]) {
        self.stream = stream
        self.bytes = bytes
    }
}
