internal import FleetModel

/// What is wrong with a template, worded as Go words it: `template: name:line:column: …`.
package struct TemplateError: Explained, Hashable {
    /// `template.syntax` where it cannot be read, `template.failed` where it cannot be run, `template.limit` where it costs
    /// too much.
    package let code: String
    package let problem: String
    package let advice: String?
    /// The line in the template's source, from 1.
    package let line: Int
    /// The byte in that line, from 0 as Go counts.
    package let column: Int

    init(_ reason: String, _ problem: String, name: String, line: Int, column: Int, advice: String? = nil) {
        self.code = "template." + reason
        self.problem = "template: \(name):\(line):\(column): \(problem)"
        self.advice = advice
        self.line = line
        self.column = column
    }
}
