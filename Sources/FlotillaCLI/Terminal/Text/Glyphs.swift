package import FleetModel

/// The signs of one character set. Colour never stands alone: each state has its own sign and its word.
package struct Glyphs: Hashable, Sendable {
    package var up: String
    package var down: String
    package var unknown: String
    package var quarantined: String
    /// A node that answers and has alerts firing.
    package var alert: String
    package var separator: String
    /// From lowest to highest; the first is an empty place of a bar.
    package var steps: [String]
    package var full: String
    package var empty: String
    /// No figure.
    package var none: String

    package static let unicode = Glyphs(
        up: "●",
        down: "✖",
        unknown: "○",
        quarantined: "◆",
        alert: "▲",
        separator: "│",
        steps: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        full: "▇",
        empty: "▁",
        none: "–"
    )

    /// For locales without UTF-8 and the kernel's console.
    package static let ascii = Glyphs(
        up: "+",
        down: "x",
        unknown: "?",
        quarantined: "!",
        alert: "*",
        separator: "|",
        steps: ["_", ".", ":", "-", "=", "+", "*", "#"],
        full: "#",
        empty: ".",
        none: "-"
    )

    package func sign(of status: NodeStatus) -> String {
        switch status {
        case .up: up
        case .down: down
        case .unknown: unknown
        case .quarantined: quarantined
        }
    }

    /// Sign and word, coloured by meaning.
    package func text(of status: NodeStatus) -> StyledText {
        StyledText(sign(of: status) + " " + status.word, status.style)
    }

    /// `▇▇▇▁▁`: how much of a whole. `share` is 0 to 1; what is beyond is cut off.
    package func bar(_ share: Double, width: Int, style: Style? = nil) -> StyledText {
        let bounded = share.isFinite ? min(max(share, 0), 1) : 0
        // Something is never shown as nothing, and less than all never as all.
        var filled = Int((bounded * Double(width)).rounded())
        if bounded > 0 { filled = max(filled, 1) }
        if bounded < 1 { filled = min(filled, width - 1) }
        filled = max(0, min(filled, width))
        return StyledText(String(repeating: full, count: filled), style ?? Style.ofLoad(bounded))
            + StyledText(String(repeating: empty, count: width - filled), .muted)
    }

    /// `▁▂▅▇`: the course of a figure, newest at the right; gaps are spaces.
    ///
    /// `points` are evenly spaced in time, oldest first, and averaged down to the width where there are more. `scale`
    /// says what the lowest and the highest step mean; nil: the points' own range.
    package func sparkline(_ points: [Double?], width: Int, scale: ClosedRange<Double>? = nil) -> String {
        let places = Self.resample(points, to: width)
        let known = places.compactMap { $0 }
        guard let low = scale?.lowerBound ?? known.min(), let high = scale?.upperBound ?? known.max() else {
            return String(repeating: " ", count: width)
        }
        let drawn = places.map { place in
            guard let place else { return " " }
            guard high > low else { return steps[0] }
            let share = min(max((place - low) / (high - low), 0), 1)
            return steps[min(steps.count - 1, Int(share * Double(steps.count)))]
        }
        return String(repeating: " ", count: width - drawn.count) + drawn.joined()
    }

    private static func resample(_ points: [Double?], to width: Int) -> [Double?] {
        guard width > 0 else { return [] }
        let finite = points.map { $0.flatMap { $0.isFinite ? $0 : nil } }
        guard finite.count > width else { return finite }
        return (0..<width).map { place in
            let from = place * finite.count / width
            let inside = finite[from..<max(from + 1, (place + 1) * finite.count / width)].compactMap { $0 }
            return inside.isEmpty ? nil : inside.reduce(0, +) / Double(inside.count)
        }
    }
}

extension NodeStatus {
    package var style: Style {
        switch self {
        case .up: .good
        case .down: .bad
        case .unknown: .muted
        case .quarantined: .warning
        }
    }
}

extension Style {
    /// The usual meaning of a share (0 to 1) of something finite: calm below 80 %, a warning below 95 %, then bad.
    package static func ofLoad(_ share: Double) -> Style {
        share >= 0.95 ? .bad : share >= 0.8 ? .warning : .accent
    }
}
