package import FleetModel

/// The live view on a real terminal: keys in, frames out.
package struct DashboardShell: Sendable {
    /// Where the figures come from and who keeps the time.
    package struct Sources: Sendable {
        /// The fleet as it is now.
        package var model: @Sendable () async throws -> DashboardModel
        /// The last hour of one node.
        package var detail: @Sendable (NodeName) async throws -> NodeDetail
        /// The nodes that a selector names; must be quick, since it runs at every key.
        package var matching: @Sendable (String) throws(UsageError) -> Set<NodeName>
        package var now: @Sendable () -> Timestamp
        package var sleep: @Sendable (Duration) async throws -> Void

        package init(
            model: @escaping @Sendable () async throws -> DashboardModel,
            detail: @escaping @Sendable (NodeName) async throws -> NodeDetail,
            matching: @escaping @Sendable (String) throws(UsageError) -> Set<NodeName>,
            now: @escaping @Sendable () -> Timestamp,
            sleep: @escaping @Sendable (Duration) async throws -> Void
        ) {
            self.model = model
            self.detail = detail
            self.matching = matching
            self.now = now
            self.sleep = sleep
        }
    }

    enum Event: Sendable {
        case keyboard(KeyboardThread.Event)
        case model(DashboardModel)
        case detail(NodeDetail, NodeName)
        /// A source failed; the view goes on with what it has and says so.
        case problem(String)
        case tick
    }

    private let sources: Sources
    private let terminal: TerminalContext
    private let refresh: Duration
    private let raw: RawTerminal

    /// Reads the keys of `input` and draws on `output`, both terminals; asks for a new model every `refresh`.
    package init(
        _ sources: Sources,
        on terminal: TerminalContext,
        refresh: Duration = .seconds(1),
        input: Int32 = 0,
        output: Int32 = 1
    ) {
        self.sources = sources
        self.terminal = terminal
        self.refresh = refresh
        self.raw = RawTerminal(input: input, output: output)
    }

    /// Runs until the operator leaves, the task is cancelled or the terminal is gone.
    ///
    /// - Throws: what the first model threw; later failures are shown in the view.
    package func run() async throws {
        let first = try await sources.model()
        let (events, feed) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1024))
        try await raw.withRawMode {
            guard let keyboard = KeyboardThread(input: raw.input, { feed.yield(.keyboard($0)) }) else { return }
            let signals = WindowSignals(writingTo: keyboard.wakePipe)
            defer {
                signals.end()
                keyboard.end()
            }
            await withTaskGroup { group in
                group.addTask { await poll(feed) }
                group.addTask { await tick(feed) }
                await show(first, events, feed, &group)
                group.cancelAll()
                feed.finish()
            }
        }
    }

    private func show(
        _ model: DashboardModel,
        _ events: AsyncStream<Event>,
        _ feed: AsyncStream<Event>.Continuation,
        _ group: inout TaskGroup<Void>
    ) async {
        var view = LiveView(model, sources: sources, terminal: terminal, raw: raw)
        view.draw()
        for await event in events {
            switch view.take(event) {
            case .leave: return
            case .readDetail(let node): group.addTask { await read(node, feed) }
            case .none: break
            }
            view.draw()
        }
    }

    private func poll(_ feed: AsyncStream<Event>.Continuation) async {
        while !Task.isCancelled {
            do {
                try await sources.sleep(refresh)
                feed.yield(.model(try await sources.model()))
            } catch is CancellationError {
                return
            } catch {
                feed.yield(.problem((error as? any Explained)?.problem ?? "\(error)"))
            }
        }
    }

    // Ages grow even while the model's source is slow.
    private func tick(_ feed: AsyncStream<Event>.Continuation) async {
        while (try? await sources.sleep(.seconds(1))) != nil { feed.yield(.tick) }
    }

    private func read(_ node: NodeName, _ feed: AsyncStream<Event>.Continuation) async {
        do {
            feed.yield(.detail(try await sources.detail(node), node))
        } catch is CancellationError {
            return
        } catch {
            feed.yield(.problem((error as? any Explained)?.problem ?? "\(error)"))
        }
    }
}
