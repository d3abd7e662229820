/// A name with placeholders: `*`, `?`, `[01-12,20]`, `[a-f]`, `{a,b}`.
package struct NamePattern: Hashable, Sendable {
    /// As it was written.
    package let text: String
    let pieces: [Piece]

    indirect enum Piece: Hashable, Sendable {
        case literal([UInt8])
        /// `*`
        case anything
        /// `?`
        case one
        /// `[abc]`, `[a-f]`, `[!x]`: one character.
        case character(Set<UInt8>)
        /// `[01-12,20]`
        case numbers(NumberRanges)
        /// `{a,b}`
        case either([[Piece]])
    }

    /// The most names that one pattern may spell out.
    package static let expansionLimit = 100_000

    /// True when the pattern names what it means, so that each name must be known; false when it searches.
    package var isSpelledOut: Bool { Self.isSpelledOut(pieces) }

    /// Every name of a spelled-out pattern, or nil when there are more than the limit.
    func names() -> [String]? {
        guard Self.count(pieces) <= Self.expansionLimit else { return nil }
        return Self.expand(pieces)
    }

    /// Cost grows with the pattern's length times the name's, whatever the pattern: no backtracking.
    package func matches(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count < 64 else { return false }
        return Self.run(pieces, over: bytes, from: 1) >> UInt64(bytes.count) & 1 == 1
    }

    private static func isSpelledOut(_ pieces: [Piece]) -> Bool {
        pieces.allSatisfy { piece in
            switch piece {
            case .literal, .numbers: true
            case .anything, .one, .character: false
            case .either(let options): options.allSatisfy(isSpelledOut)
            }
        }
    }

    private static func count(_ pieces: [Piece]) -> Int {
        pieces.reduce(1) { total, piece in
            let here =
                switch piece {
                case .literal, .anything, .one, .character: 1
                case .numbers(let numbers): numbers.count
                case .either(let options): options.reduce(0) { min($0 + count($1), expansionLimit + 1) }
                }
            let (product, overflow) = total.multipliedReportingOverflow(by: here)
            return overflow ? .max : product
        }
    }

    private static func expand(_ pieces: [Piece]) -> [String] {
        pieces.reduce([""]) { heads, piece in
            let tails: [String] =
                switch piece {
                case .literal(let bytes): [String(decoding: bytes, as: UTF8.self)]
                case .numbers(let numbers): numbers.texts
                case .either(let options): options.flatMap(expand)
                case .anything, .one, .character: []
                }
            return heads.flatMap { head in tails.map { head + $0 } }
        }
    }

    /// Runs pieces over all places at once: bit `n` says that `n` bytes of the name can be used up so far.
    private static func run(_ pieces: [Piece], over name: [UInt8], from places: UInt64) -> UInt64 {
        var places = places
        for piece in pieces where places != 0 {
            switch piece {
            case .literal(let bytes):
                places = step(places, name) { name[$0...].starts(with: bytes) ? bytes.count : nil }
            case .one: places = step(places, name) { _ in 1 }
            case .character(let allowed): places = step(places, name) { allowed.contains(name[$0]) ? 1 : nil }
            case .anything: places = ~(places & (0 &- places) &- 1) & (UInt64.max >> UInt64(63 - name.count))
            case .numbers(let numbers): places = runNumbers(numbers, name, places)
            case .either(let options): places = options.reduce(0) { $0 | run($1, over: name, from: places) }
            }
        }
        return places
    }

    private static func step(_ places: UInt64, _ name: [UInt8], _ length: (Int) -> Int?) -> UInt64 {
        var next: UInt64 = 0
        for place in name.indices where places >> UInt64(place) & 1 == 1 {
            if let length = length(place) { next |= 1 << UInt64(place + length) }
        }
        return next
    }

    private static func runNumbers(_ numbers: NumberRanges, _ name: [UInt8], _ places: UInt64) -> UInt64 {
        var next: UInt64 = 0
        for place in name.indices where places >> UInt64(place) & 1 == 1 {
            let run = name[place...].prefix(while: \.isDigit)
            for end in run.indices where numbers.contains(run[...end]) { next |= 1 << UInt64(end + 1) }
        }
        return next
    }
}
