import FleetModel
import Testing

@testable import FlotillaCLI

@Suite struct DashboardStateTests {
    private func names(_ model: DashboardModel, _ order: DashboardOrder) -> [String] {
        order.rows.map { model.nodes[$0].name.text }
    }

    private func press(_ keys: [Key], _ state: inout DashboardState, _ model: DashboardModel, room: Int = 10) {
        for key in keys { _ = state.handle(key, model, room: room) }
    }

    @Test func `trouble stands first, then names in natural order`() throws {
        let nodes: [(String, NodeStatus)] = [
            ("pi-10", .up), ("pi-9", .up), ("a", .unknown), ("z", .down(code: "", reason: "")),
            ("y", .quarantined(reason: "")),
            ("pi-09", .up),
        ]
        let model = DashboardModel(
            at: DashboardFixture.now,
            nodes: try nodes.map { NodeView(name: try NodeName($0.0), status: $0.1) }
        )
        #expect(names(model, DashboardState(model).order) == ["y", "z", "a", "pi-09", "pi-9", "pi-10"])
        let byName = DashboardOrder(model.nodes, sort: .name, isReversed: true)
        #expect(names(model, byName) == ["z", "y", "pi-10", "pi-9", "pi-09", "a"])
    }

    @Test(arguments: [false, true])
    func `nodes without a figure come last in both directions`(isReversed: Bool) throws {
        var nodes = try (1...4).map { NodeView(name: try NodeName("n\($0)"), status: .up) }
        (nodes[0].cpuPercent, nodes[1].cpuPercent, nodes[3].cpuPercent) = (10, 90, .nan)
        let model = DashboardModel(at: DashboardFixture.now, nodes: nodes)
        let order = DashboardOrder(nodes, sort: .cpu, isReversed: isReversed)
        #expect(names(model, order) == (isReversed ? ["n1", "n2", "n3", "n4"] : ["n2", "n1", "n3", "n4"]))
    }

    @Test(arguments: DashboardSort.allCases)
    func `every order holds every node once and is the same from any start`(sort: DashboardSort) throws {
        let model = try DashboardFixture.model(300)
        let order = names(model, DashboardOrder(model.nodes, sort: sort, isReversed: false))
        let shuffled = DashboardModel(at: model.at, nodes: model.nodes.reversed())
        #expect(Set(order).count == 300)
        #expect(names(shuffled, DashboardOrder(shuffled.nodes, sort: sort, isReversed: false)) == order)
    }

    @Test func `the selection stays on its node when the order changes`() throws {
        let model = try DashboardFixture.model(100)
        var state = DashboardState(model)
        press([.down, .down, .down, .pageDown], &state, model)
        let selected = state.selected
        press([.character("s"), .character("r"), .character("S")], &state, model)
        state.follow(DashboardModel(at: model.at, nodes: model.nodes.reversed()), room: 10)
        #expect(state.selected == selected)
    }

    @Test func `the selected row is always on the screen`() throws {
        let model = try DashboardFixture.model(100)
        var state = DashboardState(model)
        var generator = SplitMix(state: 9)
        let keys: [Key] = [
            .up, .down, .pageUp, .pageDown, .home, .end, .character("s"), .character("r"), .character("G"),
        ]
        for _ in 0..<500 {
            let room = Int.random(in: 1...40, using: &generator)
            press([keys[Int.random(in: 0..<keys.count, using: &generator)]], &state, model, room: room)
            state.follow(model, room: room)
            let row = try #require(state.order.rows.firstIndex { model.nodes[$0].name == state.selected })
            #expect((state.top..<(state.top + room)).contains(row))
            #expect(state.top + room <= max(100, room))
        }
    }

    @Test func `a filter narrows the rows, and escape takes it away`() throws {
        let model = try DashboardFixture.model(20)
        var state = DashboardState(model)
        #expect(state.handle(.character("/"), model, room: 10) == nil)
        #expect(state.handle(.character("q"), model, room: 10) == .evaluateFilter, "while typing, q is a letter")
        #expect(state.handle(.backspace, model, room: 10) == .evaluateFilter)
        press("pop-0".map { .character($0) }, &state, model)
        state.apply(.failure(UsageError("bad_selector", "no node “pop-0”")), model, room: 10)
        #expect(names(model, state.order).allSatisfy { $0.contains("pop-0") } && state.order.rows.count == 9)
        state.apply(.success([try NodeName("pop-01")]), model, room: 10)
        #expect(names(model, state.order) == ["pop-01"])
        press([.enter], &state, model)
        #expect(state.handle(.escape, model, room: 10) == .evaluateFilter)
        state.apply(.success(nil), model, room: 10)
        #expect(state.order.rows.count == 20)
    }

    @Test func `only sortings with figures are offered`() throws {
        let model = DashboardModel(at: DashboardFixture.now, nodes: [NodeView(name: try NodeName("a"), status: .up)])
        var state = DashboardState(model)
        press([.character("s")], &state, model)
        #expect(state.sort == .name)
        press([.character("s")], &state, model)
        #expect(state.sort == .seen)
        press([.character("s"), .character("S")], &state, model)
        #expect(state.sort == .seen)
    }

    @Test(arguments: [Key.interrupt, .character("q")])
    func `every page can be left`(key: Key) throws {
        let model = try DashboardFixture.model(3)
        for opening in [[], [Key.enter], [.character("?")]] {
            var state = DashboardState(model)
            press(opening, &state, model)
            #expect(state.handle(key, model, room: 10) == .leave)
        }
    }

    @Test func `an empty fleet takes every key`() {
        let model = DashboardModel(at: DashboardFixture.now, nodes: [])
        var state = DashboardState(model)
        press(
            [.up, .down, .pageDown, .end, .home, .enter, .character("s"), .character("r"), .character("/"), .enter],
            &state,
            model
        )
        #expect(state.selected == nil && state.page == .list)
    }

    @Test(
        arguments: [
            ("\u{1B}[A\u{1B}[B", [.up, .down]), ("\u{1B}OA", [.up]), ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
            ("\u{1B}[1;5H\u{1B}[4~", [.home, .end]), ("q\u{3}", [.character("q"), .interrupt]),
            ("日", [.character("日")]),
            ("\r\u{7F}", [.enter, .backspace]), ("\u{1B}q", [.escape, .character("q")]), ("\u{1B}[200~", []),
            ("\u{1}", []),
        ] as [(String, [Key])]
    )
    func `bytes become keys, whole or one by one`(text: String, keys: [Key]) {
        var whole = KeyReader()
        #expect(whole.take(Array(text.utf8)) == keys)
        var single = KeyReader()
        #expect(text.utf8.flatMap { single.take([$0]) } == keys)
        #expect(!whole.isWaiting && !single.isWaiting)
    }

    @Test func `a lone ESC is a key once nothing follows`() {
        var reader = KeyReader()
        #expect(reader.take([0x1B]) == [])
        #expect(reader.isWaiting)
        #expect(reader.flush() == [.escape])
        #expect(reader.take([0xFF, 0xC3, 0x28]) == [.character("(")])
    }
}
