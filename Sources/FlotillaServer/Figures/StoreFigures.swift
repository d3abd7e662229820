import FleetModel
package import Operations

/// The sample store's figures.
package struct StoreFigures: FigureSource {
    private let store: any SeriesStore

    package init(_ store: any SeriesStore) {
        self.store = store
    }

    package func figures() async -> [FigureFamily] {
        guard let statistics = try? await store.statistics() else { return [] }
        let appended = statistics.appended
        let refused: [(String, Int)] = [
            ("conflicting", appended.conflicting), ("too_old", appended.tooOld),
            ("outside_time", appended.outsideTime), ("unknown_node", appended.ofStrangers),
        ]
        let name = "flotilla_samples_refused_total"
        return [
            FigureFamily(
                "flotilla_samples_ingested_total",
                .counter,
                "Samples stored since the start.",
                Double(appended.stored)
            ),
            FigureFamily(
                name,
                .counter,
                "Samples passed over since the start, by reason.",
                refused.map { .init(name, [.init("reason", $0.0)], Double($0.1)) }
            ),
            FigureFamily(
                "flotilla_store_bytes",
                .gauge,
                "Bytes of the sample store in use.",
                Double(statistics.usedBytes)
            ),
            FigureFamily("flotilla_store_file_bytes", .gauge, "Size of its file.", Double(statistics.fileBytes)),
            FigureFamily("flotilla_store_sources", .gauge, "Targets with samples.", Double(statistics.sources)),
            FigureFamily(
                "flotilla_store_journal_rows",
                .gauge,
                "Polls not yet folded into chunks.",
                Double(statistics.journalRows)
            ),
        ]
    }
}
