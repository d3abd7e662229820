import FleetModel

/// From samples to columns.
extension Evaluator {
    /// The moment that `@` fixes, offset taken off; nil where the time of the query moves on.
    func fixedTime(_ modifiers: TimeModifiers) -> Int64? {
        switch modifiers.at {
        case .time(let time): time &- modifiers.offset
        case .start: first &- modifiers.offset
        case .end: last &- modifiers.offset
        case nil: nil
        }
    }

    /// What must be read for looks of this length at each moment of the grid.
    func selection(
        _ selector: VectorSelector,
        window: Int64,
        _ grid: Grid,
        _ function: Function? = nil
    ) -> Selection {
        let fixed = fixedTime(selector.modifiers)
        return Selection(
            matchers: selector.matchers,
            from: (fixed ?? grid.start &- selector.modifiers.offset) &- window &+ 1,
            through: fixed ?? grid.end &- selector.modifiers.offset,
            step: grid.count > 1 && fixed == nil ? grid.step : 0,
            window: window,
            function: function
        )
    }

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        try source.forEachSeries(selection) { series in
            guard series.times.count == series.values.count else {
                throw PromQLError.execution(
                    "\(series.labels): \(series.times.count) times, \(series.values.count) values"
                )
            }
            try count(read: series.times.count)
            try body(series)
        }
    }

    /// An instant selector: for each moment the last sample of the look-back, unless it is a stale marker.
    func latest(_ selector: VectorSelector, over grid: Grid) throws -> [Column] {
        try latest(selector, over: grid) { _, value in value }
    }

    /// `timestamp(selector)`: the seconds of those samples.
    func latestTimes(_ selector: VectorSelector, over grid: Grid) throws -> [Column] {
        let columns = try latest(selector, over: grid) { time, _ in Double(time) / 1000 }
        let unnamed = columns.map { Column(labels: $0.labels.unnamed, values: $0.values) }
        return columns.shareName ? unnamed : try unnamed.merged()
    }

    func latest(
        _ selector: VectorSelector,
        over grid: Grid,
        _ pick: (Int64, Double) -> Double
    ) throws -> [Column] {
        let lookBack = options.lookBack
        let fixed = fixedTime(selector.modifiers)
        let looks = fixed.map { Grid(start: $0, step: 1, count: 1) } ?? grid
        let offset = fixed == nil ? selector.modifiers.offset : 0
        var columns: [Column] = []
        try forEachSeries(selection(selector, window: lookBack, grid)) { series in
            try count(held: looks.count)
            var values = Column.holes(looks.count)
            var isEmpty = true
            var next = 0
            let times = series.times
            for index in 0..<looks.count {
                let moment = looks.time(index) &- offset
                while next < times.count, times[next] <= moment { next += 1 }
                guard next > 0, times[next - 1] > moment &- lookBack else { continue }
                let value = series.values[next - 1]
                guard !value.isStaleMarker else { continue }
                values[index] = pick(times[next - 1], value)
                isEmpty = false
            }
            guard !isEmpty else { return }
            if fixed != nil { values = [Double](repeating: values[0], count: grid.count) }
            columns.append(Column(labels: series.labels, values: values))
        }
        return columns
    }

    /// A range vector as it is, for one moment.
    func samples(_ expression: Expression, at time: Int64) throws -> [Series] {
        let grid = Grid(start: time, step: 1, count: 1)
        let feed = try windows(expression.unwrapped, over: grid, function: nil)
        var result: [Series] = []
        try feed.forEach(self) { series in
            let end = feed.fixedEnd ?? time &- feed.offset
            let inside = series.times.indices.filter {
                series.times[$0] <= end && series.times[$0] > end &- feed.length
            }
            guard !inside.isEmpty else { return }
            result.append(
                Series(
                    labels: series.labels,
                    times: inside.map { series.times[$0] },
                    values: inside.map { series.values[$0] }
                )
            )
        }
        return result
    }
}

/// Where the samples of windows come from, and where the windows lie.
struct WindowFeed {
    let origin: Origin
    /// Milliseconds.
    let length: Int64
    let offset: Int64
    /// The end of all windows, where `@` fixes it.
    let fixedEnd: Int64?

    enum Origin {
        case selection(Selection)
        /// A subquery's inner values.
        case columns([Column], Grid)
    }

    /// Hands over each series without its stale markers.
    func forEach(_ evaluator: Evaluator, _ body: (Series) throws -> Void) throws {
        switch origin {
        case .columns(let columns, let grid):
            for column in columns { try body(column.series(on: grid)) }
        case .selection(let selection):
            try evaluator.forEachSeries(selection) { series in
                guard series.values.contains(where: \.isStaleMarker) else { return try body(series) }
                let kept = series.values.indices.filter { !series.values[$0].isStaleMarker }
                try body(
                    Series(
                        labels: series.labels,
                        times: kept.map { series.times[$0] },
                        values: kept.map { series.values[$0] }
                    )
                )
            }
        }
    }
}

extension Evaluator {
    /// The windows of a range selector or a subquery.
    func windows(_ expression: Expression, over grid: Grid, function: Function?) throws -> WindowFeed {
        switch expression.kind {
        case .window(let selector, let length):
            return WindowFeed(
                origin: .selection(selection(selector, window: length, grid, function)),
                length: length,
                offset: selector.modifiers.offset,
                fixedEnd: fixedTime(selector.modifiers)
            )
        case .subquery(let subquery):
            let fixed = fixedTime(subquery.modifiers)
            let inner = try innerGrid(subquery, fixed, grid)
            let columns = inner.count > 0 ? try vector(subquery.inner, over: inner) : []
            return WindowFeed(
                origin: .columns(columns, inner),
                length: subquery.window,
                offset: subquery.modifiers.offset,
                fixedEnd: fixed
            )
        default: throw PromQLError.execution("expected a range vector")
        }
    }

    /// The moments of a subquery: whole multiples of its step, from the first one inside of the first window.
    private func innerGrid(_ subquery: Subquery, _ fixed: Int64?, _ grid: Grid) throws -> Grid {
        let step = subquery.step ?? options.subqueryStep
        let firstEnd = fixed ?? grid.start &- subquery.modifiers.offset
        let lastEnd = fixed ?? grid.end &- subquery.modifiers.offset
        let opening = firstEnd &- subquery.window
        var start = opening / step &* step
        if start <= opening { start &+= step }
        let count = lastEnd < start ? 0 : (lastEnd &- start) / step &+ 1
        guard count <= Int64(options.limits.samples) else {
            throw PromQLError.tooLarge(
                "subquery has \(count) steps, more than the limit of samples",
                advice: "use a longer step or a shorter range"
            )
        }
        return Grid(start: start, step: step, count: Int(count))
    }
}
