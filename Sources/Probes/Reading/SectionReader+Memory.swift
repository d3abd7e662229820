extension SectionReader {
    /// `/proc/meminfo`: the figures that operators look at; kernels have some fifty.
    mutating func readMemory(_ content: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            guard let key = text.field(&cursor, until: line.upperBound, separator: UInt8(ascii: ":")),
                let name = Self.memoryNames[text.bytes[key]],
                let amount = text.field(&cursor, until: line.upperBound, separator: UInt8(ascii: ":"))
            else { return }
            let bytes = text.number(amount).map { $0 * 1024 }
            if name == "node_memory_MemTotal_bytes" { facts.memoryBytes = bytes }
            sink.add(name, bytes)
        }
    }

    private static let memoryNames: [ArraySlice<UInt8>: String] = {
        let keys = [
            "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "Active", "Inactive", "SwapTotal",
            "SwapFree", "Dirty", "Writeback", "AnonPages", "Mapped", "Shmem", "Slab", "SReclaimable", "SUnreclaim",
            "CommitLimit", "Committed_AS",
        ]
        return Dictionary(uniqueKeysWithValues: keys.map { (Array($0.utf8)[...], "node_memory_\($0)_bytes") })
    }()
}
