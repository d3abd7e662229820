import CZlib

/// RFC 1952 by zlib, quickly rather than small: label sets repeat, and shrink tenfold at the lowest level already.
enum Gzip {
    /// Nil when zlib has no memory.
    static func pack(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard flotilla_deflate_init_gzip(&stream, 1) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        let room = Int(deflateBound(&stream, UInt(bytes.count)))
        var count = 0
        let packed = [UInt8](unsafeUninitializedCapacity: room) { output, written in
            input.withUnsafeMutableBufferPointer { input in
                // SAFETY: both buffers outlive the call, and zlib is told how long they are.
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                if deflate(&stream, Z_FINISH) == Z_STREAM_END { count = output.count - Int(stream.avail_out) }
            }
            written = count
        }
        return count > 0 ? packed : nil
    }
}

/// `Accept-Encoding`, as far as gzip goes.
struct AcceptedEncoding {
    let takesGzip: Bool

    init(_ field: String?) {
        var gzip: Bool?
        var any: Bool?
        for part in (field ?? "").split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = words.first else { continue }
            let weight = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if name == "gzip" || name == "x-gzip" { gzip = weight > 0 }
            if name == "*" { any = weight > 0 }
        }
        takesGzip = gzip ?? any ?? false
    }
}
