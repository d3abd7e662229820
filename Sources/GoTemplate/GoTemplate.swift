/// Templates in the language of Go's `text/template`, as Prometheus and Alertmanager run them: a set of named templates that
/// call each other, and texts that are rendered with them.
///
/// What it differs in: `call` and complex numbers are missing (nothing hands functions in as values), and every run has
/// `TemplateLimits`. Missing keys are zero values (`missingkey=zero`).
package struct GoTemplate: Sendable {
    private var functions: [String: GoFunction]
    private var bodies: [String: TemplateBody] = [:]

    /// - `functions`: callable beside Go's own; a name of Go's own is replaced.
    package init(functions: [String: GoFunction] = [:]) {
        self.functions = functions
    }

    /// The same templates with other functions under the same names: those that tell the time, for each run.
    package func with(functions: [String: GoFunction]) -> GoTemplate {
        var copy = self
        copy.functions.merge(functions) { $1 }
        return copy
    }

    /// The names of the templates that can be called.
    package var names: [String] { bodies.keys.sorted() }

    /// Adds a source's templates; one of the same name that was there is replaced, unless the new one is blank.
    ///
    /// - `name`: what the source is called in error texts and can be called by.
    /// - Throws: `TemplateError`.
    package mutating func add(_ text: String, name: String) throws(TemplateError) {
        let source = TemplateSource(name: name, text: text)
        for body in try TemplateParser.bodies(of: source, functions: Set(functions.keys)) {
            if body.isBlank, bodies[body.name] != nil { continue }
            bodies[body.name] = body
        }
    }

    /// Reads a text and tells only whether it can be read.
    ///
    /// - Throws: `TemplateError`.
    package func check(_ text: String, name: String = "") throws(TemplateError) {
        var copy = self
        try copy.add(text, name: name)
    }

    /// What becomes of a text for `data`.
    ///
    /// - `name`: what the text is called in error texts.
    /// - `html`: values are escaped for the place in the HTML they stand at, as Go's `html/template` does.
    /// - Throws: `TemplateError`.
    package func render(
        _ text: String,
        name: String = "",
        with data: GoValue,
        html: Bool = false,
        limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var copy = self
        let source = TemplateSource(name: name, text: text)
        for body in try TemplateParser.bodies(of: source, functions: Set(functions.keys)) {
            if body.isBlank, copy.bodies[body.name] != nil { continue }
            copy.bodies[body.name] = body
        }
        guard let body = copy.bodies[name] else { return "" }
        var run = TemplateRun(copy.bodies, functions, limits, writesHTML: html)
        try run.execute(body, with: data)
        return run.output
    }
}
