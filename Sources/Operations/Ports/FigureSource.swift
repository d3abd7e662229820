package import FleetModel

/// A part of Flotilla that has figures about itself, for `/metrics`.
package protocol FigureSource: Sendable {
    func figures() async -> [FigureFamily]
}

/// Samples of one name, as an exposition has them.
package struct FigureFamily: Hashable, Sendable {
    package var name: String
    package var help: String
    package var kind: Kind
    package var samples: [Sample]

    package enum Kind: String, Hashable, Sendable {
        case counter, gauge, untyped
    }

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// One figure without labels.
    package init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.init(name, kind, help, [Sample(name, [], value)])
    }
}
