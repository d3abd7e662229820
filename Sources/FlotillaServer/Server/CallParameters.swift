package import Hummingbird
import NIOCore

/// The parameters of a call: those of a form first, then those of the address, as Go's servers take them.
package struct CallParameters: Sendable {
    private var pairs: [(name: String, value: String)] = []

    /// The largest form that is read.
    private static let formLimit = 4 << 20

    /// - Throws: `BadParameters` for an escape that is none; an `HTTPError` for a form that is too large.
    ///
    /// `body` is the request's own where nobody has it in hand.
    package init(of request: Request, body: RequestBody? = nil) async throws {
        if request.method == .post,
            request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true
        {
            try add(try await Self.form(body ?? request.body).readableBytesView)
        }
        try add((request.uri.query ?? "").utf8)
    }

    private static func form(_ body: RequestBody) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: formLimit)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge, message: "a form has at most \(formLimit >> 20) MiB")
        }
    }

    /// For tests and for what is written by hand.
    init(form: String) throws {
        try add(form.utf8)
    }

    /// The first value of this name; nil where there is none or an empty one.
    package subscript(_ name: String) -> String? {
        pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// All values of this name.
    package func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    private mutating func add<Bytes: Collection<UInt8>>(_ text: Bytes) throws {
        for part in text.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = equals == part.endIndex ? part[part.endIndex...] : part[part.index(after: equals)...]
            pairs.append((try Self.decoded(part[..<equals]), try Self.decoded(value)))
        }
    }

    private static func decoded<Bytes: Collection<UInt8>>(_ text: Bytes) throws -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                throw BadParameters(escape: "%" + String(decoding: digits, as: UTF8.self))
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The parameters cannot be read.
struct BadParameters: Error {
    let escape: String
}
