package import FleetModel
package import Operations

/// What the root wires for the commands: concrete adapters behind ports. Nothing is opened before it is asked for.
package protocol Composition: Sendable {
    var environment: [String: String] { get }
    var version: String { get }
    /// The versions of the libraries that matter to a bug report.
    var libraries: [String: String] { get }

    /// Makes the home and what is missing in it; safe to run again.
    func initialise(_ home: Home) async throws -> Fleet

    /// Opens a fleet that is there.
    ///
    /// - Throws: `StateError` (`state.not_initialised`, `state.damaged`, …).
    func open(_ home: Home, acceptNewHostKeys: Bool) async throws -> Fleet

    /// Writes a document as YAML.
    func yaml(_ document: JSONValue) -> String
}

/// The composition of this run; a task local, so that tests can run many at once.
package enum Wiring {
    @TaskLocal package static var composition: (any Composition)?
}
