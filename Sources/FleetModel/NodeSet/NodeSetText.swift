/// Many names as one short text that is a selector again: `pi-[01-12],web`.
package enum NodeSetText {
    /// Folds names by their numbers, several fields each; padding is kept.
    ///
    /// Equal sets give equal texts. Cost grows with the names times their number fields, for irregular names too.
    package static func fold(_ names: some Sequence<NodeName>) -> String {
        var shapes: [[String]: [[NumberText]]] = [:]
        for name in Set(names) {
            let (literals, numbers) = split(name.text)
            shapes[literals, default: []].append(numbers)
        }
        let parts = shapes.flatMap { literals, rows in texts(literals, FoldedRows(rows).rows) }
        return parts.sorted(by: NaturalOrder.precedes).joined(separator: ",")
    }

    /// The texts between the numbers, and the numbers; one literal more than numbers.
    private static func split(_ text: String) -> ([String], [NumberText]) {
        var literals: [String] = []
        var numbers: [NumberText] = []
        let bytes = Array(text.utf8)
        var (start, index) = (0, 0)
        while index < bytes.count {
            let digits = bytes[index...].prefix(while: \.isDigit)
            guard !digits.isEmpty, let number = NumberText(digits) else {
                // A number too long to count with stays text.
                index += max(1, digits.count)
                continue
            }
            literals.append(String(decoding: bytes[start..<index], as: UTF8.self))
            numbers.append(number)
            index += digits.count
            start = index
        }
        literals.append(String(decoding: bytes[start...], as: UTF8.self))
        return (literals, numbers)
    }

    private static func texts(_ literals: [String], _ rows: [[String]]) -> [String] {
        rows.map { row in
            zip(literals, row).reduce("") { $0 + $1.0 + $1.1 } + (literals.last ?? "")
        }
    }
}

/// Digits of a name: a value and how it was written.
struct NumberText: Hashable {
    let value: Int
    let digits: Int
    let isPadded: Bool

    init?(_ text: ArraySlice<UInt8>) {
        guard let value = Int(digits: text) else { return nil }
        self.value = value
        self.digits = text.count
        self.isPadded = text.count > 1 && text.first == UInt8(ascii: "0")
    }

    var text: String { NumberRanges.padded(value, to: digits) }
}

/// Rows of numbers of one shape of name, folded one column after the other: `[1 2] [1 3] [2 2] [2 3]` to `1-2 2-3`.
///
/// Each column is folded among rows that agree in all others, so that what comes out stands for exactly what went in.
struct FoldedRows {
    /// The texts of the columns: a number, or ranges in brackets.
    private(set) var rows: [[String]]

    init(_ numbers: [[NumberText]]) {
        let columns = numbers.first?.count ?? 0
        rows = numbers.map { $0.map(\.text) }
        guard numbers.count > 1 else { return }
        // Rows with what is folded already as text, and the numbers of what is not.
        var open = zip(rows, numbers).map { (texts: $0, numbers: $1) }
        for column in stride(from: columns - 1, through: 0, by: -1) {
            var alike: [[String]: (numbers: [NumberText], column: [NumberText])] = [:]
            for row in open {
                var key = row.texts
                key[column] = ""
                alike[key, default: (row.numbers, [])].column.append(row.numbers[column])
            }
            open = alike.map { key, value in
                var texts = key
                texts[column] = Self.ranges(value.column)
                return (texts, value.numbers)
            }
        }
        rows = open.map(\.texts)
    }

    /// `[01-12,20]`, or a number alone without brackets.
    private static func ranges(_ numbers: [NumberText]) -> String {
        if numbers.count == 1 { return numbers[0].text }
        let widths = Set(numbers.lazy.filter(\.isPadded).map(\.digits)).sorted()
        var classes: [Int: [Int]] = [:]
        for number in numbers {
            // `10` continues `09` and `100` continues `099`; below every padded width it is a plain number.
            let width = number.isPadded ? number.digits : widths.last { $0 <= number.digits } ?? 1
            classes[width, default: []].append(number.value)
        }
        let parts = classes.sorted { $0.key < $1.key }.flatMap { width, values in runs(values.sorted(), width) }
        return "[" + parts.joined(separator: ",") + "]"
    }

    private static func runs(_ values: [Int], _ width: Int) -> [String] {
        var parts: [String] = []
        var start = 0
        for index in values.indices where index + 1 == values.count || values[index + 1] != values[index] + 1 {
            let lower = NumberRanges.padded(values[start], to: width)
            parts.append(start == index ? lower : lower + "-" + NumberRanges.padded(values[index], to: width))
            start = index + 1
        }
        return parts
    }
}
