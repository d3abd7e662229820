import FleetModel
import Glibc

/// How busy a machine is at a moment: a curve over the day, noise, and now and then a burst. A pure function of time.
struct Activity {
    let seed: UInt64

    /// 0...1.
    func level(at moment: Timestamp) -> Double {
        let seconds = Double(moment.milliseconds) / 1000
        let phase = unit(1) * 0.2
        let ofDay = (seconds / 86_400 + phase).truncatingRemainder(dividingBy: 1)
        let day = 0.5 - 0.5 * cos(2 * .pi * ofDay)
        let base = 0.06 + 0.1 * unit(2)
        let burst = unit(UInt64(seconds / 300) &+ 77) > 0.94 ? 0.45 * noise(seconds, period: 20, salt: 9) : 0
        let level =
            base + 0.16 * day + 0.1 * noise(seconds, period: 45, salt: 3) + 0.04 * noise(seconds, period: 7, salt: 4)
        return min(0.98, level + burst)
    }

    /// A smooth wander between -1 and 1 with a new aim every `period` seconds.
    func wander(at moment: Timestamp, period: Double, salt: UInt64) -> Double {
        2 * noise(Double(moment.milliseconds) / 1000, period: period, salt: salt) - 1
    }

    /// A number of the machine's own, 0..<1.
    func unit(_ salt: UInt64) -> Double {
        Double(SeededRandom.mixed(seed &+ salt &* 0x9E37_79B9_7F4A_7C15) >> 11) / Double(1 << 53)
    }

    private func noise(_ seconds: Double, period: Double, salt: UInt64) -> Double {
        let position = seconds / period
        let whole = position.rounded(.down)
        let part = position - whole
        let step = UInt64(bitPattern: Int64(whole))
        let ease = part * part * (3 - 2 * part)
        let before = unit(step &* 31 &+ salt)
        return before + (unit((step &+ 1) &* 31 &+ salt) - before) * ease
    }
}
