// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every target: what the compiler can refuse, nobody has to review.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asyncHTTP = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A shipping target. The floors it may import are listed in `ARCHITECTURE.md` and checked by `ArchitectureTests`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one room.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.init(stringLiteral: name), "FleetTesting"] + (name == "FleetModel" ? [] : ["FleetModel"])
            + dependencies,
        resources: resources,
        swiftSettings: strict
    )
}

let package = Package(
    name: "flotilla",
    products: [.executable(name: "flotilla", targets: ["flotilla"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // Floor 0: ground
        .systemLibrary(name: "CLibSSH", pkgConfig: "libssh", providers: [.apt(["libssh-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        room("FleetModel"),
        // Floor 1: engines
        room("Probes", ["FleetModel"]),
        room("PromQL", ["FleetModel"]),
        room("TimeSeries", ["FleetModel"]),
        room("GoTemplate", ["FleetModel"]),
        room("Alerting", ["FleetModel", "GoTemplate"]),
        // Floor 2: use cases and their ports
        room(
            "Operations",
            ["FleetModel", "Probes", "TimeSeries", "PromQL", "GoTemplate", "Alerting", logging, crypto]
        ),
        // Floor 3: adapters
        room("SSHTransport", ["Operations", "FleetModel", "CLibSSH", crypto, logging]),
        room("SQLiteStore", ["Operations", "FleetModel", "TimeSeries", "Alerting", grdb, crypto]),
        room("Formats", ["Operations", "FleetModel", "PromQL", "Alerting", yams]),
        room("LocalDisk", ["Operations", "FleetModel"]),
        room(
            "Outbound",
            [
                "Operations", "Formats", "Alerting", "GoTemplate", "FleetModel", asyncHTTP, nioCore, nioPosix, nioHTTP,
                nioCompression, nioSSL, crypto,
            ]
        ),
        room("DaemonLink", ["Operations", "FleetModel"]),
        room("Lab", ["FleetModel", "CLibSSH"]),
        // Floor 4: faces
        room(
            "FlotillaCLI",
            ["Operations", "Alerting", "Probes", "PromQL", "TimeSeries", "FleetModel", arguments, logging]
        ),
        room(
            "FlotillaServer",
            [
                "Operations", "PromQL", "Alerting", "FleetModel", "CZlib", hummingbird, httpTypes, nioCore, lifecycle,
                crypto,
                logging,
            ]
        ),
        // Floor 5: root
        .executableTarget(
            name: "flotilla",
            dependencies: [
                "FleetModel", "Probes", "GoTemplate", "Alerting", "Operations", "SSHTransport", "SQLiteStore",
                "Formats",
                "DaemonLink", "Lab", "LocalDisk", "Outbound", "FlotillaCLI", "FlotillaServer", arguments, logging,
            ],
            swiftSettings: strict
        ),
        // Tests
        .target(name: "FleetTesting", dependencies: ["FleetModel", "Operations"], swiftSettings: strict),
        tests("FleetModel"),
        tests("Probes", resources: [.copy("Captures")]),
        tests("PromQL", resources: [.copy("Expressions")]),
        tests("TimeSeries"),
        tests("GoTemplate", ["Alerting"], resources: [.copy("Templates")]),
        tests("Alerting", ["GoTemplate"]),
        tests("Operations", ["Alerting", "Probes", "PromQL", "TimeSeries"]),
        tests("SSHTransport", ["Operations", "Probes", logging]),
        tests("SQLiteStore", ["Operations", "TimeSeries", "Alerting", logging]),
        tests("LocalDisk", ["Operations"]),
        tests(
            "Formats",
            ["Operations", "SQLiteStore", "Alerting"],
            resources: [
                .copy("Inventories"), .copy("BadInventories"), .copy("Expositions"), .copy("Monitoring"),
                .copy("Rules"), .copy("RuleTests"),
            ]
        ),
        tests("DaemonLink", ["Operations"]),
        tests("Outbound", ["Operations", "Formats", "SQLiteStore", "Alerting", "GoTemplate", logging]),
        tests("Lab"),
        tests("FlotillaServer", ["Operations", "SQLiteStore", "TimeSeries", "Alerting", logging]),
        tests("FlotillaCLI", ["Operations"], resources: [.copy("Dashboard/Golden")]),
        .testTarget(
            name: "JourneyTests",
            dependencies: ["flotilla", "FleetModel", "FleetTesting"],
            resources: [.copy("Guide")],
            swiftSettings: strict
        ),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ]
)
