import FleetModel
import FleetTesting
import Foundation

/// A user at the built binary: a home of its own, words in, exit code and text out.
struct Journey {
    let bed: TestBed
    let home: String

    init(_ bed: TestBed) {
        self.bed = bed
        self.home = bed.path("home")
    }

    /// The binary beside the test bundle, as the build made it.
    static func binary() throws -> String {
        // SwiftPM runs tests from the package's folder, and the bundle lies beside the products.
        let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for folder in [products, products.deletingLastPathComponent()] {
            let path = folder.appending(path: "flotilla").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw FixtureError("the flotilla binary is not beside the tests: swift build first")
    }

    /// `flotilla WORDS…`, ended after four minutes at the latest.
    func flotilla(_ words: String...) throws -> LocalResult {
        try run(Self.binary(), words)
    }

    /// `pop --fleet WORDS…` under its second name.
    func pop(_ words: String...) throws -> LocalResult {
        let link = bed.path("pop")
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Self.binary())
        }
        return try run(link, ["--fleet"] + words)
    }

    private func run(_ program: String, _ words: [String]) throws -> LocalResult {
        try LocalCommand.run(
            ["/usr/bin/timeout", "-k", "5", "240", program] + words,
            environment: [
                "FLOTILLA_HOME=\(home)", "HOME=\(bed.folder)", "PATH=/usr/bin:/bin", "USER=tester", "LANG=C.UTF-8",
                // Daemons of several tests live side by side.
                "FLOTILLA_LISTEN=127.0.0.1:0",
            ]
        )
    }

    /// The lines that `init` made for `authorized_keys`.
    func authorizedKeys() throws -> [String] {
        let listing = try JSONReading.parse(flotilla("keys", "list", "-o", "json").stdout)
        guard case .array(let keys) = listing else { throw FixtureError("keys list gave no array") }
        return keys.compactMap { $0.object?["authorized_keys_line"]?.string }
    }
}

extension LocalResult {
    /// The output as one JSON document.
    func json() throws -> JSONValue { try JSONReading.parse(stdout) }
}

extension JSONValue {
    /// A member, or null.
    subscript(_ key: String) -> JSONValue { object?[key] ?? .null }

    /// An element, or null.
    subscript(_ index: Int) -> JSONValue {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { .null }
    }
}
