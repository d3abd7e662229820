/// Which inventory variables hold secrets: known by their names alone, at any depth.
package enum SecretVariables {
    private static let endings = [
        "password", "passwd", "pass", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "secret_key",
        "access_key", "credential", "credentials",
    ]
    private static let harmless: Set<String> = ["bypass", "compass"]

    /// The one member of the object that stands for a secret whose key is missing.
    package static let sealedMember = "$sealed"

    /// True for a secret that is stored sealed and could not be opened.
    package static func isSealed(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value else { return false }
        return members.count == 1 && members[sealedMember]?.string != nil
    }

    /// What is shown in place of a secret.
    package static let mask = JSONValue.string("‹secret›")

    package static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return endings.contains { name.hasSuffix($0) } && !harmless.contains { name.hasSuffix($0) }
    }

    /// The members with every secret value put through `body`; nil takes it out.
    package static func mapped(
        _ members: [String: JSONValue],
        _ body: (_ name: String, _ value: JSONValue) throws -> JSONValue?
    ) rethrows -> [String: JSONValue] {
        var mapped: [String: JSONValue] = [:]
        mapped.reserveCapacity(members.count)
        for (name, value) in members { mapped[name] = try self.mapped(value, name, body) }
        return mapped
    }

    package static func masked(_ members: [String: JSONValue]) -> [String: JSONValue] {
        mapped(members) { _, _ in mask }
    }

    private static func mapped(
        _ value: JSONValue,
        _ name: String,
        _ body: (_ name: String, _ value: JSONValue) throws -> JSONValue?
    ) rethrows -> JSONValue? {
        switch value {
        case .null, .bool: return value
        case _ where isSecret(name): return try body(name, value)
        case .object(let members): return .object(try mapped(members, body))
        case .array(let elements): return .array(try elements.compactMap { try mapped($0, "", body) })
        case .int, .double, .string: return value
        }
    }
}

extension Inventory {
    /// The names of the secrets that could not be opened, as the home's key for them is missing.
    package var sealedSecrets: [String] {
        var sealed: Set<String> = []
        let every = [variables] + nodes.values.map(\.variables) + groups.values.map(\.variables)
        for members in every {
            _ = SecretVariables.mapped(members) { name, value in
                if SecretVariables.isSealed(value) { sealed.insert(name) }
                return value
            }
        }
        return sealed.sorted()
    }

    /// The registry without the secrets among its variables, and the names of those that were left out.
    package func withoutSecrets() -> (inventory: Inventory, left: [String]) {
        var left: Set<String> = []
        func strip(_ members: [String: JSONValue]) -> [String: JSONValue] {
            SecretVariables.mapped(members) { name, _ in
                left.insert(name)
                return nil
            }
        }
        let nodes = self.nodes.values.map { node in
            var node = node
            node.variables = strip(node.variables)
            return node
        }
        let groups = self.groups.values.map { group in
            var group = group
            group.variables = strip(group.variables)
            return group
        }
        return (Inventory(nodes: nodes, groups: groups, variables: strip(variables)), left.sorted())
    }
}
