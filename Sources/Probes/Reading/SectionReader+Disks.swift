internal import FleetModel

extension SectionReader {
    /// `/proc/diskstats`: sectors are 512 bytes whatever the disk says, times are milliseconds.
    mutating func readDisks(_ content: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            let end = line.upperBound
            guard text.field(&cursor, until: end) != nil, text.field(&cursor, until: end) != nil,
                let device = text.field(&cursor, until: end), !isPartOfADisk(device)
            else { return }
            let labels = [Label("device", text.label(device))]
            for column in Self.diskColumns {
                guard let value = text.field(&cursor, until: end).flatMap(text.number) else { return }
                if let column { sink.add(column.name, labels, value * column.factor) }
            }
        }
    }

    private static let diskColumns: [(name: String, factor: Double)?] = [
        ("node_disk_reads_completed_total", 1), nil, ("node_disk_read_bytes_total", 512),
        ("node_disk_read_time_seconds_total", 0.001), ("node_disk_writes_completed_total", 1), nil,
        ("node_disk_written_bytes_total", 512), ("node_disk_write_time_seconds_total", 0.001), ("node_disk_io_now", 1),
        ("node_disk_io_time_seconds_total", 0.001), ("node_disk_io_time_weighted_seconds_total", 0.001),
    ]

    // node_exporter's rule: ^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$
    private func isPartOfADisk(_ device: Range<Int>) -> Bool {
        let stem = text.bytes[device].droppingDigits
        guard stem.count < device.count else { return false }
        for word in Self.virtualDisks where stem.elementsEqual(word) { return true }
        guard let last = stem.last else { return false }
        if stem.starts(with: "nvme".utf8), last == UInt8(ascii: "p") {
            let disk = stem.dropLast().droppingDigits
            return disk.last == UInt8(ascii: "n") && disk.dropLast().droppingDigits.elementsEqual("nvme".utf8)
        }
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(last)
        return isLetter && Self.wholeDisks.contains { stem.dropLast().elementsEqual($0) }
    }

    private static let virtualDisks = ["zram", "ram", "loop", "fd"].map { Array($0.utf8) }
    private static let wholeDisks = ["hd", "sd", "vd", "xvd"].map { Array($0.utf8) }
}

extension ArraySlice<UInt8> {
    fileprivate var droppingDigits: ArraySlice<UInt8> {
        var stem = self
        while let last = stem.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) { stem.removeLast() }
        return stem
    }
}
