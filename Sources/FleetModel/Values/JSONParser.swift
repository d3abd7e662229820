/// One pass over the bytes of one document.
struct JSONParser {
    let input: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    var position = 0
    private var depth = 0

    init(input: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.input = input
        self.depthLimit = depthLimit
    }

    mutating func document() throws(JSONFault) -> JSONValue {
        let value = try value()
        skipBlanks()
        guard position == input.count else { throw fault("expected the end, found \(shown)") }
        return value
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONFault) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONFault) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
        case .some, nil: throw fault("expected a value, found \(shown)")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONFault) -> JSONValue
    ) throws(JSONFault) -> JSONValue {
        guard depth < depthLimit else { throw fault("nested deeper than \(depthLimit) levels") }
        depth += 1
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONFault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if skipped(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw fault("expected a key in quotes, found \(shown)") }
            let start = position
            let key = try string()
            guard skipped(UInt8(ascii: ":")) else { throw fault("expected “:”, found \(shown)") }
            guard members.updateValue(try value(), forKey: key) == nil else {
                throw JSONFault(reason: "key “\(key.quotedForMessage)” stands twice in one object", offset: start)
            }
            if skipped(UInt8(ascii: "}")) { return .object(members) }
            guard skipped(UInt8(ascii: ",")) else { throw fault("expected “,” or “}”, found \(shown)") }
        }
    }

    private mutating func array() throws(JSONFault) -> JSONValue {
        var elements: [JSONValue] = []
        if skipped(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            if skipped(UInt8(ascii: "]")) { return .array(elements) }
            guard skipped(UInt8(ascii: ",")) else { throw fault("expected “,” or “]”, found \(shown)") }
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let matches = text.withUTF8Buffer { expected in
            position + expected.count <= input.count
                && expected.indices.allSatisfy { input[position + $0] == expected[$0] }
        }
        guard matches else { throw fault("expected a value, found \(shown)") }
        position += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: input[start..<position], as: UTF8.self)
        if isWhole, let whole = Int64(text) { return .int(whole) }
        guard let number = Double(text), number.isFinite else {
            throw JSONFault(reason: "number “\(text.quotedForMessage)” is out of range", offset: start)
        }
        return .double(number)
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw fault("expected a digit, found \(shown)") }
    }

    var current: UInt8? { position < input.count ? input[position] : nil }

    /// What stands at the current place, safe to show.
    var shown: String {
        guard let byte = current else { return "the end" }
        return byte < 0x80 ? Unicode.Scalar(byte).shownInMessage : "byte 0x" + String(byte, radix: 16, uppercase: true)
    }

    func fault(_ reason: String) -> JSONFault { JSONFault(reason: reason, offset: position) }

    private mutating func skipped(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < input.count {
            switch input[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}
