internal import FleetModel
internal import GoTemplate

/// One element of what `query` gave to a template.
struct QueriedSample: GoObject {
    static let type = "*template.sample"

    let element: VectorElement

    init(_ element: VectorElement) {
        self.element = element
    }

    static func of(_ value: GoValue) -> QueriedSample? {
        if case .object(let object) = value { object as? QueriedSample } else { nil }
    }

    var typeName: String { Self.type }

    var core: GoCore {
        .structure([("Labels", RuleTemplate.map(element.labels)), ("Value", .float(element.value))])
    }
}
