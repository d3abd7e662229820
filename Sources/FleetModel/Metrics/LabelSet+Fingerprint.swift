extension LabelSet {
    /// The number by which Prometheus and Alertmanager know a set of labels: 64-bit FNV-1a over names and values, each
    /// ended by the byte 255.
    package var fingerprint: UInt64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        for label in labels {
            for byte in label.key.utf8 { add(byte) }
            add(255)
            for byte in label.value.utf8 { add(byte) }
            add(255)
        }
        return hash
    }
}
