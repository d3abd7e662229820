extension TemplateRun {
    mutating func range(_ branch: TemplateBranch, _ dot: GoValue) throws(TemplateError) -> Flow {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        let value = try evaluate(branch.pipe, dot, assigns: false)
        let kept = variables.count
        if !branch.pipe.isAssignment {
            for name in branch.pipe.variables { variables.append((name, .none)) }
        }
        var count = 0
        switch value.plain {
        case .list(let elements):
            for element in elements {
                guard try round(branch, .int(Int64(count)), element, kept) else { break }
                count += 1
            }
            if !elements.isEmpty { return .on }
        case .map(let map):
            let sorted = map.sorted
            try spend(sorted.count)
            for entry in sorted { guard try round(branch, .string(entry.key), entry.value, kept) else { break } }
            if !sorted.isEmpty { return .on }
        case .int(let end):
            guard branch.pipe.variables.count < 2 else {
                throw failure("can't use \(end) to iterate over more than one variable")
            }
            while count < end {
                guard try round(branch, nil, .int(Int64(count)), kept) else { break }
                count += 1
            }
            if end > 0 { return .on }
        case .none: break
        case .bool, .float, .string, .object:
            throw failure("range can't iterate over \(GoPrinter.text(of: value))")
        }
        return try walk(branch.otherwise, dot)
    }

    /// One turn of a loop; false where it was left.
    private mutating func round(
        _ branch: TemplateBranch,
        _ key: GoValue?,
        _ element: GoValue,
        _ kept: Int
    ) throws(TemplateError) -> Bool {
        try spend(1)
        let names = branch.pipe.variables
        switch names.count {
        case 1: try set(names[0], element, branch, kept)
        case 2:
            try set(names[0], key ?? element, branch, kept)
            try set(names[1], element, branch, kept + 1)
        default: break
        }
        let before = variables.count
        let flow = try walk(branch.body, element)
        variables.removeLast(variables.count - before)
        return flow != .breaks
    }

    private mutating func set(_ name: String, _ value: GoValue, _ branch: TemplateBranch, _ slot: Int)
        throws(TemplateError)
    {
        if branch.pipe.isAssignment { try assign(name, value) } else { variables[slot].value = value }
    }

    mutating func assign(_ name: String, _ value: GoValue) throws(TemplateError) {
        guard let index = variables.lastIndex(where: { $0.name == name }) else {
            throw failure("undefined variable: \(name)")
        }
        variables[index].value = value
    }
}
