/// A named set of nodes. Groups nest: a group's nodes are its own and those of its children.
package struct Group: Hashable, Sendable {
    package var name: GroupName
    package var details: OneLine?
    /// The groups inside this one; never a cycle.
    package var children: Set<GroupName>
    /// Inventory variables (`group_vars`).
    package var variables: [String: JSONValue]
    /// True when an inventory lists this group directly under `all` although other groups hold it too. It changes
    /// nothing but the text of an export.
    package var isListedUnderAll: Bool

    package init(name: GroupName) {
        self.name = name
        self.children = []
        self.variables = [:]
        self.isListedUnderAll = false
    }
}
