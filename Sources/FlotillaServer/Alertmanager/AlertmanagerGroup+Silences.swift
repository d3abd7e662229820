import Alerting
import FleetModel
import Operations

extension AlertmanagerGroup {
    func silences(_ query: AlertQuery) async throws -> JSONValue {
        let moment = now()
        let found = try await loop.silences().filter(query.takes)
        let order: [Silence.State: Int] = [.active: 0, .pending: 1, .expired: 2]
        let sorted = found.sorted { left, right in
            let (one, other) = (order[left.state(at: moment)] ?? 3, order[right.state(at: moment)] ?? 3)
            return one == other ? (left.endsAt, left.id) < (right.endsAt, right.id) : one < other
        }
        return .array(sorted.map { $0.document(at: moment) })
    }

    func silence(_ id: String) async throws -> JSONValue {
        guard let found = try await loop.silences().first(where: { $0.id == id }) else {
            throw SilenceError("unknown", "there is no silence \(id.quotedForMessage)")
        }
        return found.document(at: now())
    }

    func postSilence(_ body: JSONValue) async throws -> JSONValue {
        guard let fields = body.object else { throw AlertmanagerFault(text: "expected a silence") }
        guard let starts = try Self.moment(fields["startsAt"], "startsAt"),
            let ends = try Self.moment(fields["endsAt"], "endsAt"), let comment = fields["comment"]?.string,
            let author = fields["createdBy"]?.string, case .array(let matchers)? = fields["matchers"]
        else { throw AlertmanagerFault(text: "startsAt, endsAt, createdBy, comment and matchers are required") }
        let silence = Silence(
            id: fields["id"]?.string ?? "",
            matchers: try matchers.map(Self.matcher),
            startsAt: starts,
            endsAt: ends,
            updatedAt: now(),
            createdBy: author,
            comment: comment
        )
        return ["silenceID": .string(try await loop.set(silence))]
    }

    private static func matcher(_ value: JSONValue) throws -> LabelMatcher {
        guard let fields = value.object, let name = fields["name"]?.string, !name.isEmpty,
            let operand = fields["value"]?.string, case .bool(let isPattern)? = fields["isRegex"]
        else { throw AlertmanagerFault(text: "a matcher needs name, value and isRegex") }
        let isEqual = fields["isEqual"] != false
        let sign = isPattern ? (isEqual ? "=~" : "!~") : (isEqual ? "=" : "!=")
        do throws(PatternError) {
            return try LabelMatcher(name, sign: sign, operand: operand)
        } catch {
            throw AlertmanagerFault(text: "the pattern of \(name.quoted) is wrong: \(error.problem)")
        }
    }
}

extension Silence {
    /// A silence as Alertmanager's API shows it.
    func document(at moment: Timestamp) -> JSONValue {
        let matchers = matchers.map { matcher -> JSONValue in
            [
                "isEqual": .bool(!matcher.sign.hasPrefix("!")), "isRegex": .bool(matcher.sign.hasSuffix("~")),
                "name": .string(matcher.name), "value": .string(matcher.operand),
            ]
        }
        return [
            "id": .string(id), "status": ["state": .string(state(at: moment).rawValue)],
            "updatedAt": .string(updatedAt.rfc3339), "comment": .string(comment), "createdBy": .string(createdBy),
            "endsAt": .string(endsAt.rfc3339), "matchers": .array(matchers), "startsAt": .string(startsAt.rfc3339),
        ]
    }
}
