internal import FleetModel

/// One run of a template, with what it has used of its limits.
struct TemplateRun {
    let bodies: [String: TemplateBody]
    let functions: [String: GoFunction]
    let limits: TemplateLimits
    private(set) var writer: TemplateWriter

    /// The template that runs now, and the node in it: where an error is.
    private var body: TemplateBody?
    private var current: Spot?
    var variables: [(name: String, value: GoValue)] = []
    private var steps = 0
    private var nesting = 0

    enum Spot {
        case operand(TemplateOperand)
        case command(TemplateCommand)
        case pipe(TemplatePipe)
        case call(quoted: String, TemplatePipe?, Int)
    }

    enum Flow { case on, breaks, continues }

    init(
        _ bodies: [String: TemplateBody],
        _ functions: [String: GoFunction],
        _ limits: TemplateLimits,
        writesHTML: Bool
    ) {
        self.bodies = bodies
        self.functions = functions
        self.limits = limits
        writer = TemplateWriter(escapes: writesHTML)
    }

    var output: String { writer.text }

    var writesHTML: Bool { writer.escapes }

    mutating func execute(_ body: TemplateBody, with dot: GoValue) throws(TemplateError) {
        self.body = body
        variables = [("$", dot)]
        _ = try walk(body.nodes, dot)
    }

    mutating func walk(_ nodes: [TemplateNode], _ dot: GoValue) throws(TemplateError) -> Flow {
        try deeper { run throws(TemplateError) in
            for node in nodes {
                let flow = try run.walk(node, dot)
                if flow != .on { return flow }
            }
            return .on
        }
    }

    private mutating func walk(_ node: TemplateNode, _ dot: GoValue) throws(TemplateError) -> Flow {
        try spend(1)
        switch node {
        case .text(let text): try write { $0.literal(text) }
        case .action(let pipe):
            let value = try evaluate(pipe, dot)
            if pipe.variables.isEmpty { try print(value) }
        case .conditional(let branch): return try choose(branch, dot, setsDot: false)
        case .with(let branch): return try choose(branch, dot, setsDot: true)
        case .range(let branch): return try range(branch, dot)
        case .call(let name, let quoted, let pipe, let place): try call(name, quoted, pipe, place, dot)
        case .leave(let isBreak, _): return isBreak ? .breaks : .continues
        }
        return .on
    }

    private mutating func choose(
        _ branch: TemplateBranch,
        _ dot: GoValue,
        setsDot: Bool
    ) throws(TemplateError) -> Flow {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        let value = try evaluate(branch.pipe, dot)
        return value.isTrue
            ? try walk(branch.body, setsDot ? value : dot) : try walk(branch.otherwise, dot)
    }

    private mutating func call(
        _ name: String,
        _ quoted: String,
        _ pipe: TemplatePipe?,
        _ place: Int,
        _ dot: GoValue
    ) throws(TemplateError) {
        at(.call(quoted: quoted, pipe, place))
        guard let called = bodies[name] else { throw failure("template \(quoted) not defined") }
        let value: GoValue = if let pipe { try evaluate(pipe, dot) } else { .none }
        let outer = (body, current, variables)
        (body, variables) = (called, [("$", value)])
        _ = try walk(called.nodes, value)
        (body, current, variables) = outer
    }

    private mutating func print(_ value: GoValue) throws(TemplateError) {
        if case .none = value { return try write { $0.value("<no value>", isHTML: false) } }
        var text = BoundedText()
        do {
            try GoPrinter.print(value, into: &text)
        } catch {
            throw failure(error.problem, "limit")
        }
        let isHTML = if case .object(let object) = value { object is GoSafeHTML } else { false }
        let written = text.text
        try write { $0.value(written, isHTML: isHTML) }
    }

    private mutating func write(_ body: (inout TemplateWriter) -> String?) throws(TemplateError) {
        if let problem = body(&writer) { throw failure(problem) }
        guard writer.count <= limits.bytes else {
            throw failure("writes more than \(limits.bytes) bytes", "limit")
        }
    }
}

// What a run costs, and where it is.
extension TemplateRun {
    mutating func spend(_ count: Int) throws(TemplateError) {
        steps += count
        guard steps <= limits.steps else { throw failure("takes more than \(limits.steps) steps", "limit") }
    }

    mutating func deeper<R>(_ work: (inout TemplateRun) throws(TemplateError) -> R) throws(TemplateError) -> R {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= limits.nesting else {
            throw failure("exceeded maximum template depth (\(limits.nesting))", "limit")
        }
        return try work(&self)
    }

    mutating func at(_ spot: Spot) { current = spot }

    func failure(_ problem: String, _ reason: String = "failed") -> TemplateError {
        let (place, context) = spot
        let source = body?.source ?? TemplateSource(name: "", text: "")
        let spot = "executing \((body?.name ?? "").quoted) at <\(context)>"
        return source.error(reason, "\(spot): \(problem)", at: place)
    }

    private var spot: (Int, String) {
        switch current {
        case .operand(let operand): (operand.place, operand.description)
        case .command(let command): (command.place, command.description)
        case .pipe(let pipe): (pipe.place, pipe.description)
        case .call(let quoted, let pipe, let place): (place, TemplateNode.callText(quoted, pipe))
        case nil: (0, "")
        }
    }
}
