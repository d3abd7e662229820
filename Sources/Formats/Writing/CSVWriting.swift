/// Rows as RFC 4180 has them, with line feeds; a cell that a spreadsheet would run as a formula gets an apostrophe.
package enum CSVWriting {
    package static func text(_ rows: [[String]]) -> String {
        var output = ""
        for row in rows {
            output += row.map { quoted(TableCell.guarded($0)) }.joined(separator: ",") + "\n"
        }
        return output
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes =
            cell.contains { ",\"".contains($0) || $0.isNewline } || cell.first == " " || cell.last == " "
            || cell.first == "#"
        guard needsQuotes else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
