extension Double {
    /// The NaN with which Prometheus ends a series; told from every other NaN by its bits.
    package static let staleMarker = Double(bitPattern: 0x7FF0_0000_0000_0002)

    /// True for the marker that ends a series.
    package var isStaleMarker: Bool { bitPattern == Self.staleMarker.bitPattern }
}
