import FleetModel
import Testing

@testable import Operations

struct FirstContactsTests {
    @Test func `the window grows with what is answered until the first overload, then slowly`() {
        var window = ContactWindow(width: 8)
        for _ in 0..<8 { window.leave(.answered, era: window.enter()) }
        #expect(window.width == 16)
        window.leave(.overloaded, era: window.enter())
        #expect(window.width == 8)
        for _ in 0..<8 { window.leave(.answered, era: window.enter()) }
        #expect(window.width > 8.5 && window.width < 9.5)
    }

    @Test func `contacts that were under way together halve the window once`() {
        var window = ContactWindow(width: 64)
        let turns = (0..<64).map { _ in window.enter() }
        #expect(!window.hasRoom)
        for turn in turns { window.leave(.overloaded, era: turn) }
        #expect(window.width == 32)
    }

    @Test(arguments: [
        (RemoteError.Code.connectTimeout, 64.0), (.connectRefused, 64), (.authDenied, 64), (.timeout, 32),
    ])
    func `nodes that nobody reaches say nothing about load`(kind: RemoteError.Code, width: Double) throws {
        var window = ContactWindow(width: 64)
        window.leave(.init(of: RemoteError(kind, try NodeName("a"), "")), era: window.enter())
        #expect(window.width == width)
    }

    @Test(.timeLimit(.minutes(1))) func `who comes later waits, and has its turn in order`() async {
        let contacts = FirstContacts(width: 1)
        let first = await contacts.enter()
        let order = Order()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask {
                    let turn = await contacts.enter()
                    await order.note(number)
                    if let turn { await contacts.leave(turn, .neither) }
                }
                while await contacts.queue <= number { await Task.yield() }
            }
            #expect(await order.numbers.isEmpty)
            if let first { await contacts.leave(first, .neither) }
        }
        #expect(await order.numbers == [0, 1, 2])
    }

    @Test(.timeLimit(.minutes(1))) func `a cancelled wait ends without a turn and takes nobody else's`() async {
        let contacts = FirstContacts(width: 1)
        let first = await contacts.enter()
        let cancelled = Task { await contacts.enter() }
        while await contacts.queue < 1 { await Task.yield() }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
        if let first { await contacts.leave(first, .neither) }
        #expect(await contacts.enter() != nil)
    }

    private actor Order {
        var numbers: [Int] = []
        func note(_ number: Int) { numbers.append(number) }
    }
}
