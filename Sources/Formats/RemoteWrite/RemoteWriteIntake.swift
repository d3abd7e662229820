package import FleetModel
package import Operations

/// The receiver of remote write 1.0: unpacks with a bound, checks, stores; what is wrong is named, counted and left out,
/// and the rest of the request is kept, as Prometheus does.
package actor RemoteWriteIntake: WriteIntake {
    package nonisolated let bodyLimit = 8 << 20
    /// Bytes of a message, unpacked.
    private static let messageLimit = 32 << 20
    private static let ahead: Duration = .seconds(600)

    private let store: any SeriesStore
    private let now: @Sendable () -> Timestamp
    private let window: Duration
    private var requests: [Int: Int] = [:]
    private var samples = 0
    private var refused: [String: Int] = [:]

    /// Samples may come late by `window`: a sender that was cut off catches up in its own order.
    package init(
        _ store: any SeriesStore,
        window: Duration = .seconds(86_400),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.window = window
        self.now = now
    }

    package func take(_ body: [UInt8], type: String, encoding: String) async -> WriteVerdict {
        let verdict = await verdict(on: body, type: type, encoding: encoding)
        requests[verdict.status, default: 0] += 1
        return verdict
    }

    private func verdict(on body: [UInt8], type: String, encoding: String) async -> WriteVerdict {
        guard Self.isFirstVersion(type) else {
            return WriteVerdict(415, "only application/x-protobuf;proto=prometheus.WriteRequest is taken")
        }
        guard encoding.lowercased() == "snappy" else { return WriteVerdict(415, "the Content-Encoding is snappy") }
        let request: WriteRequest
        do throws(Snappy.Fault) {
            let message = try Snappy.unpack(body, limit: Self.messageLimit)
            do throws(WriteRequest.Fault) {
                request = try WriteRequest(message)
            } catch {
                return refusal("message", 400, "the message cannot be read: \(error)")
            }
        } catch {
            if case .tooLarge(let size) = error {
                return refusal("bomb", 413, "\(size) bytes unpacked, at most \(Self.messageLimit) are taken")
            }
            return refusal("packing", 400, "the body is no snappy block")
        }
        return await keep(request)
    }

    private func keep(_ request: WriteRequest) async -> WriteVerdict {
        var problem: String?
        let rows = RemoteWriteRows.rows(of: request, until: now() + Self.ahead) { reason, count in
            refused[reason, default: 0] += count
            problem = problem ?? reason
        }
        do {
            let report = try await store.append(rows, window: window)
            samples += report.stored
            for (reason, count) in [
                ("out of order", report.tooOld), ("another value is stored", report.conflicting),
                ("outside time", report.outsideTime),
            ] where count > 0 {
                refused[reason, default: 0] += count
                problem = problem ?? reason
            }
        } catch {
            return WriteVerdict(500, (error as? any Explained)?.problem ?? "the samples cannot be stored")
        }
        return problem.map { WriteVerdict(400, "a part was left out: \($0)") } ?? WriteVerdict(204)
    }

    private func refusal(_ reason: String, _ status: Int, _ message: String) -> WriteVerdict {
        refused[reason, default: 0] += 1
        return WriteVerdict(status, message)
    }

    /// No type of message means the first one.
    private static func isFirstVersion(_ type: String) -> Bool {
        let parts = type.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
        guard parts.first == "application/x-protobuf" else { return false }
        return parts.dropFirst().allSatisfy { !$0.hasPrefix("proto=") || $0 == "proto=prometheus.writerequest" }
    }
}

extension RemoteWriteIntake: FigureSource {
    package func figures() async -> [FigureFamily] {
        [
            FigureFamily(
                "flotilla_remote_write_received_requests_total",
                .counter,
                "Requests of other systems, by the answer.",
                requests.sorted { $0.key < $1.key }.map {
                    Sample(
                        "flotilla_remote_write_received_requests_total",
                        [.init("code", "\($0.key)")],
                        Double($0.value)
                    )
                }
            ),
            FigureFamily(
                "flotilla_remote_write_received_samples_total",
                .counter,
                "Samples stored.",
                Double(samples)
            ),
            FigureFamily(
                "flotilla_remote_write_refused_total",
                .counter,
                "Samples and bodies left out, by reason.",
                refused.sorted { $0.key < $1.key }.map {
                    Sample("flotilla_remote_write_refused_total", [.init("reason", $0.key)], Double($0.value))
                }
            ),
        ]
    }
}
