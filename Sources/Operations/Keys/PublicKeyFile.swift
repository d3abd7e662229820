import Glibc

/// The public half that stands beside a private key file.
enum PublicKeyFile {
    /// The base64 word of `PATH.pub`, or nil where that cannot be read.
    static func blob(ofPrivate path: String) -> String? {
        let file = open(path + ".pub", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 32 * 1024)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ", maxSplits: 2)
        return words.count > 1 ? String(words[1].prefix { $0 != "\n" }) : nil
    }
}
