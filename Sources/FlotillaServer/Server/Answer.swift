package import HTTPTypes
package import Hummingbird

/// A whole answer in memory; compressed where the caller takes that and it is worth it.
package struct Answer: ResponseGenerator, Sendable {
    package var status: HTTPResponse.Status
    package var type: String
    package var bytes: [UInt8]
    package var headers: HTTPFields = [:]

    /// Smaller ones fit into a packet as they are.
    private static let compressedFrom = 1024

    package init(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) {
        self.status = status
        self.type = type
        self.bytes = bytes
    }

    package static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    package static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Answer {
        Answer(bytes, type: "application/json", status: status)
    }

    package func response(from request: Request, context: some RequestContext) throws -> Response {
        var fields = headers
        fields[.contentType] = type
        var body = bytes
        if bytes.count >= Self.compressedFrom {
            fields[.vary] = "Accept-Encoding"
            if AcceptedEncoding(request.headers[.acceptEncoding]).takesGzip, let packed = Gzip.pack(bytes) {
                body = packed
                fields[.contentEncoding] = "gzip"
            }
        }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
