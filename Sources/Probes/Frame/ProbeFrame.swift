/// One whole answer of the probe, its counts checked; what is inside is still only what a node says.
package struct ProbeFrame: Hashable, Sendable {
    package let nonce: ProbeNonce
    /// The sections, each after its own header line.
    package let body: [UInt8]

    /// Bounds on what one answer may be, in bytes.
    package struct Limits: Hashable, Sendable {
        package var frame: Int
        /// Log-in banners, late answers to earlier requests.
        package var noise: Int

        package init(frame: Int = 1 << 20, noise: Int = 2 << 20) {
            self.frame = frame
            self.noise = noise
        }
    }
}
