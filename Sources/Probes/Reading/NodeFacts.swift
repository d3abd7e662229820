package import FleetModel

/// What a node says it is. Every text is repaired UTF-8 without control characters, at most 1,024 bytes.
package struct NodeFacts: Hashable, Sendable {
    package var hostname: String?
    package var domain: String?
    /// `Linux`.
    package var system: String?
    /// The kernel's release: `6.6.31+rpt-rpi-v8`.
    package var kernel: String?
    package var kernelVersion: String?
    /// As `uname -m` has it: `aarch64`.
    package var architecture: String?
    package var osID: String?
    package var osVersion: String?
    package var osName: String?
    /// All keys of `os-release`, for node_exporter's `node_os_info`.
    package var osRelease: [String: String] = [:]
    package var processors = 0
    package var processorModel: String?
    /// `Raspberry Pi 4 Model B Rev 1.4`, or a PC's product name.
    package var model: String?
    package var memoryBytes: Double?
    package var bootID: String?
    package var containerEngine: String?
    package var addresses: [Address] = []

    package struct Address: Hashable, Sendable {
        package let interface: String
        /// With its prefix length: `192.168.1.101/24`.
        package let address: String
    }

    /// The facts as one JSON object; what is not known is left out.
    package var document: JSONValue {
        let texts = [
            "hostname": hostname, "domain": domain, "system": system, "kernel": kernel, "kernel_version": kernelVersion,
            "architecture": architecture, "os_id": osID, "os_version": osVersion, "os_name": osName,
            "cpu_model": processorModel, "model": model, "boot_id": bootID, "container_engine": containerEngine,
        ]
        var members = texts.compactMapValues { $0.map { JSONValue.string($0) } }
        members["cpus"] = .int(Int64(processors))
        members["memory_bytes"] = memoryBytes.flatMap { Int64(exactly: $0) }.map { .int($0) }
        members["addresses"] = .array(
            addresses.map { ["interface": .string($0.interface), "address": .string($0.address)] }
        )
        return .object(members)
    }
}
