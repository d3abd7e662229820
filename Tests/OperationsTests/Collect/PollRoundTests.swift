import FleetModel
import Testing

@testable import Operations

struct PollRoundTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func `a round's work is the time in which a poll was in flight`() {
        var round = PollRound()
        round.began(at: at(0))
        round.began(at: at(10))
        round.ended(at: at(20))
        round.ended(at: at(30))
        round.began(at: at(100))
        round.ended(at: at(105))
        #expect(round.finish(at: at(200)) == .milliseconds(35))
        #expect(round.finish(at: at(300)) == .zero)
    }

    @Test func `a poll that outlives its round counts in both, and an instant only once`() {
        var round = PollRound()
        round.began(at: at(0))
        round.began(at: at(0))
        #expect(round.finish(at: at(100)) == .milliseconds(100))
        round.ended(at: at(110))
        round.ended(at: at(120))
        #expect(round.finish(at: at(200)) == .milliseconds(20))
    }
}
