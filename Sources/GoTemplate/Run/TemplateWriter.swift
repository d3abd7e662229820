/// What a template has written; for HTML it knows where in the document it is and escapes values for that place.
struct TemplateWriter {
    let escapes: Bool
    private var bytes: [UInt8] = []
    private var place = HTMLPlace()

    init(escapes: Bool) { self.escapes = escapes }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var count: Int { bytes.count }

    /// Text of the template itself. What is wrong, or nil.
    mutating func literal(_ text: String) -> String? {
        bytes.append(contentsOf: text.utf8)
        if escapes { place.pass(text.utf8) }
        return nil
    }

    /// A value's text. What is wrong, or nil.
    mutating func value(_ text: String, isHTML: Bool) -> String? {
        guard escapes else { return literal(text) }
        switch place.kind {
        case .text: bytes.append(contentsOf: (isHTML ? text : HTMLPlace.escaped(text)).utf8)
        case .attribute:
            bytes.append(contentsOf: HTMLPlace.escaped(text, keepsEntities: isHTML).utf8)
        case .address(let isAtStart):
            let safe = isAtStart && !HTMLPlace.isHarmlessAddress(text) ? "#ZgotmplZ" : text
            bytes.append(contentsOf: HTMLPlace.escaped(HTMLPlace.normalizedAddress(safe)).utf8)
            place.leaveStartOfAddress()
        case .comment: break
        case .tag: return "a value can stand in text or in a quoted attribute, not among a tag's names"
        case .code: return "a value can stand in text or in a quoted attribute, not in a script or a style"
        }
        return nil
    }
}
