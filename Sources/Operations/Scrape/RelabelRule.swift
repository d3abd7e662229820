package import FleetModel

/// One step of relabelling, as `relabel_configs` writes it.
package struct RelabelRule: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
        case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
    }

    package var action: Action
    package var sourceLabels: [String]
    package var separator: String
    package var pattern: Pattern
    package var modulus: UInt64
    package var targetLabel: String
    package var replacement: String

    package init(
        _ action: Action = .replace,
        sourceLabels: [String] = [],
        separator: String = ";",
        pattern: Pattern,
        modulus: UInt64 = 0,
        targetLabel: String = "",
        replacement: String = "$1"
    ) {
        self.action = action
        self.sourceLabels = sourceLabels
        self.separator = separator
        self.pattern = pattern
        self.modulus = modulus
        self.targetLabel = targetLabel
        self.replacement = replacement
    }
}
