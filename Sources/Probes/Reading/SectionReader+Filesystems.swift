internal import FleetModel

/// One line of the mount table.
struct Mount {
    let labels: [Sample.Label]
    let isReadOnly: Bool
}

extension SectionReader {
    /// `/proc/mounts`: where two file systems share a mount point, the later one is what is seen.
    mutating func readMounts(_ content: Range<Int>) {
        text.eachLine(content) { line in
            let fields = text.fields(line)
            guard fields.count >= 4 else { return }
            let path = unescaped(fields[1])
            let labels = [
                Label("device", unescaped(fields[0])), Label("fstype", text.label(fields[2])),
                Label("mountpoint", path),
            ]
            let options = text.commaFields(fields[3])
            mounts[path] = Mount(labels: labels, isReadOnly: options.contains { text.matches($0, "ro") })
        }
    }

    /// `stat -f`: block size, blocks, free, available, inodes, free inodes, path.
    mutating func readStatfs(_ content: Range<Int>, root: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            var figures: [Double] = []
            while figures.count < 6, let field = text.field(&cursor, until: line.upperBound) {
                guard let figure = text.number(field) else { return }
                figures.append(figure)
            }
            guard figures.count == 6, let mount = mount(at: text.rest(cursor, until: line.upperBound), root) else {
                return
            }
            let (size, free, available) = (figures[0] * figures[1], figures[0] * figures[2], figures[0] * figures[3])
            guard size > 0 else { return }
            add(mount, size: size, free: free, available: available)
            sink.add("node_filesystem_files", mount.labels, figures[4])
            sink.add("node_filesystem_files_free", mount.labels, figures[5])
        }
    }

    /// `df -P -k`, where there is no `stat`: device, blocks, used, available, percent, path.
    mutating func readDf(_ content: Range<Int>, root: Range<Int>) {
        text.eachLine(content) { line in
            var cursor = line.lowerBound
            guard text.field(&cursor, until: line.upperBound) != nil else { return }
            let figures = (0..<3).compactMap { _ in text.field(&cursor, until: line.upperBound).flatMap(text.number) }
            guard figures.count == 3, figures[0] > 0, text.field(&cursor, until: line.upperBound) != nil,
                let mount = mount(at: text.rest(cursor, until: line.upperBound), root)
            else { return }
            let free = max(0, figures[0] - figures[1]) * 1024
            add(mount, size: figures[0] * 1024, free: free, available: figures[2] * 1024)
        }
    }

    private mutating func add(_ mount: Mount, size: Double, free: Double, available: Double) {
        sink.add("node_filesystem_size_bytes", mount.labels, size)
        sink.add("node_filesystem_free_bytes", mount.labels, free)
        sink.add("node_filesystem_avail_bytes", mount.labels, available)
        sink.add("node_filesystem_readonly", mount.labels, mount.isReadOnly ? 1 : 0)
        guard mount.labels.last?.value == "/" else { return }
        // df leaves out the blocks kept for root and rounds up: the operator compares our figure with its.
        let used = max(0, size - free)
        if used + available > 0 { sink.add("disk_usage_percent", (used * 100 / (used + available)).rounded(.up)) }
    }

    private func mount(at path: Range<Int>, _ root: Range<Int>) -> Mount? {
        let isBelow = text.bytes[path].starts(with: text.bytes[root])
        let inside = isBelow ? path.dropFirst(root.count) : path
        return mounts[inside.isEmpty ? "/" : text.label(inside)]
    }

    /// The kernel writes blanks and backslashes of the mount table as three octal digits.
    private func unescaped(_ range: Range<Int>) -> String {
        guard text.bytes[range].contains(UInt8(ascii: "\\")) else { return text.label(range) }
        var plain: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let digits = index + 1..<min(index + 4, range.upperBound)
            if text.bytes[index] == UInt8(ascii: "\\"), digits.count == 3, let code = text.integer(digits, radix: 8),
                let byte = UInt8(exactly: code)
            {
                plain.append(byte)
                index += 4
            } else {
                plain.append(text.bytes[index])
                index += 1
            }
        }
        return ProbeText(plain).label(plain.indices)
    }
}
