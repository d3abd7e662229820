/// A value as a template of Go sees it.
package enum GoValue: Sendable {
    /// Go's nil, and what a missing thing is: `<no value>` where it is printed.
    case none
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    case list([GoValue])
    indirect case map(GoMap)
    case object(any GoObject)

    /// A map of texts, such as labels: a missing key is the empty text.
    package static func texts(_ entries: [String: String]) -> GoValue {
        .map(GoMap(entries.mapValues(GoValue.string), missing: .string("")))
    }

    /// A list of texts.
    package static func texts(_ elements: [String]) -> GoValue { .list(elements.map(GoValue.string)) }
}

/// A map with texts as keys; ranged over in the order of the keys' bytes.
package struct GoMap: Sendable {
    package var entries: [String: GoValue]
    /// What a key that is not there gives (`missingkey=zero`).
    package var missing: GoValue

    package init(_ entries: [String: GoValue], missing: GoValue = .none) {
        self.entries = entries
        self.missing = missing
    }

    package subscript(_ key: String) -> GoValue { entries[key] ?? missing }

    var sorted: [(key: String, value: GoValue)] {
        entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }
}

/// A value with a type of its own: fields, methods, its own way of being printed.
package protocol GoObject: Sendable {
    /// As Go names it, such as `template.Data`: it stands in error texts.
    var typeName: String { get }
    /// What it is beneath its methods: what `range`, `len`, `index` and tests for truth see.
    var core: GoCore { get }
    /// What its `String()` gives; nil where it has none.
    var text: String? { get }
    /// A method that templates may call; its arguments come without the receiver.
    func method(_ name: String) -> GoFunction?
}

extension GoObject {
    package var text: String? { nil }

    package func method(_ name: String) -> GoFunction? { nil }
}

/// What an object is made of.
package enum GoCore: Sendable {
    /// A struct: its exported fields in their order.
    case structure([(name: String, value: GoValue)])
    /// A named type over a plain value.
    case plain(GoValue)
}

/// Text that is HTML already: a template that writes HTML leaves it as it is.
package struct GoSafeHTML: GoObject {
    package let html: String

    package init(_ html: String) { self.html = html }

    package var typeName: String { "template.HTML" }
    package var core: GoCore { .plain(.string(html)) }
    package var text: String? { html }
}

extension GoValue {
    /// The plain value beneath an object's type; itself for everything else and for structs.
    package var plain: GoValue {
        guard case .object(let object) = self, case .plain(let value) = object.core else { return self }
        return value.plain
    }

    /// As Go names the type.
    package var typeName: String {
        switch self {
        case .none: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .float: "float64"
        case .string: "string"
        case .list(let elements): "[]" + Self.elementType(elements)
        case .map(let map): "map[string]" + Self.elementType(Array(map.entries.values))
        case .object(let object): object.typeName
        }
    }

    private static func elementType(_ elements: [GoValue]) -> String {
        guard let first = elements.first?.typeName else { return "string" }
        return elements.allSatisfy { $0.typeName == first } ? first : "interface {}"
    }

    /// What `if` makes of it: false for zero, the empty and nothing; a struct is always true.
    var isTrue: Bool {
        switch plain {
        case .none: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .float(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list(let elements): !elements.isEmpty
        case .map(let map): !map.entries.isEmpty
        case .object: true
        }
    }
}
