/// Bytes that are no chunk of ours. Where they were found is told by who read them.
package enum ChunkError: Error, Hashable, CustomStringConvertible {
    case endsEarly
    case nonsense(String)
    case checksum

    package var description: String {
        switch self {
        case .endsEarly: "it ends early"
        case .nonsense(let what): "it makes no sense: \(what)"
        case .checksum: "its checksum is wrong"
        }
    }
}

/// Bounds for what bytes may claim, so that damaged ones cannot take the memory.
package enum ChunkLimits {
    /// The most samples in one chunk.
    package static let samples = 1 << 20
}
