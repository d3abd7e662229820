import Testing

@testable import FlotillaCLI

@Suite struct LineDifferenceTests {
    @Test func `edits lead from one list to the other by the shortest way`() throws {
        var generator = SplitMix(state: 42)
        for _ in 0..<2000 {
            let old = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                Int.random(in: 0...3, using: &generator)
            }
            let new = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                Int.random(in: 0...3, using: &generator)
            }
            let edits = try #require(LineDifference(from: old, to: new)).edits
            #expect(edits.compactMap { if case .added = $0 { nil } else { $0.line } } == old)
            #expect(edits.compactMap { if case .removed = $0 { nil } else { $0.line } } == new)
            #expect(
                edits.count { if case .common = $0 { true } else { false } } == longestCommon(old, new),
                "\(old) \(new)"
            )
        }
    }

    /// The text-book table: slow, and surely right.
    private func longestCommon(_ old: [Int], _ new: [Int]) -> Int {
        var table = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for i in old.indices {
            for j in new.indices {
                table[i + 1][j + 1] = old[i] == new[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
            }
        }
        return table[old.count][new.count]
    }

    @Test func `lists that differ too much are given up`() {
        #expect(LineDifference(from: Array(0..<1000), to: Array(2000..<3000)) == nil)
        #expect(LineDifference(from: Array(0..<100_000), to: Array(0..<100_000) + [1])?.commonCount == 100_000)
    }

    @Test func `far changes are hunks of their own`() throws {
        var new = Array(1...40)
        new[1] = 200
        new[34] = 350
        let difference = try #require(LineDifference(from: Array(1...40), to: new))
        #expect(
            difference.unified { String($0) }.map(\.plain) == [
                "@@ -1,5 +1,5 @@", " 1", "-2", "+200", " 3", " 4", " 5",
                "@@ -32,7 +32,7 @@", " 32", " 33", " 34", "-35", "+350", " 36", " 37", " 38",
            ]
        )
    }
}

extension LineDifference.Edit {
    var line: Line {
        switch self {
        case .common(let line), .removed(let line), .added(let line): line
        }
    }
}
