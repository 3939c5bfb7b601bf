internal import CStarlingOpenSSL
internal import RTCCore

/// The client's side of the opening handshake (RFC 6455 §4.1): what it asks, and whether an answer is one to that.
struct WebSocketOpening {
    enum Answer: Equatable {
        /// The end of the head has not come yet.
        case incomplete
        /// Agreed; the bytes of the head, behind which frames begin.
        case accepted(headSize: Int)
        case refused(SignalingFailure)
    }

    /// The longest head of an answer, in bytes.
    static let longestHead = 16 * 1024

    private let key: String
    private let subprotocol: String?

    /// - Parameter key: Sixteen random bytes (`Sec-WebSocket-Key`).
    init(subprotocol: String?, key: [UInt8]) {
        self.key = Base64.encode(key)
        self.subprotocol = subprotocol
    }

    func request(_ url: SignalingURL) -> String {
        var lines = [
            "GET \(url.resource) HTTP/1.1", "Host: \(url.authority)", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(key)",
        ]
        if let subprotocol { lines.append("Sec-WebSocket-Protocol: \(subprotocol)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    func judge(_ bytes: UnsafeRawBufferPointer) -> Answer {
        guard let end = endOfHead(bytes) else {
            return bytes.count < Self.longestHead ? .incomplete : .refused(.notUpgraded)
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let status = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard status.count >= 2, status[0].hasPrefix("HTTP/1."), let code = UInt(status[1]), (100...599).contains(code) else {
            return .refused(.notUpgraded)
        }
        guard code == 101 else {
            return .refused(.notWebSocket(status: code, phrase: status.count > 2 ? String(status[2]) : ""))
        }
        var agreed: Set<String> = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].trimmed
            switch name {
            case "upgrade" where value.lowercased() == "websocket": agreed.insert(name)
            case "connection" where value.lowercased().split(separator: ",").contains { $0.trimmed == "upgrade" }:
                agreed.insert(name)
            case "sec-websocket-accept" where value == Self.accept(of: key): agreed.insert(name)
            case "sec-websocket-protocol" where value != (subprotocol ?? ""): return .refused(.wrongSubprotocol(value))
            // None was offered.
            case "sec-websocket-extensions" where !value.isEmpty: return .refused(.notUpgraded)
            default: break
            }
        }
        return agreed.count == 3 ? .accepted(headSize: end + 4) : .refused(.notUpgraded)
    }

    private func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let limit = min(bytes.count, Self.longestHead)
        guard limit >= 4 else { return nil }
        for index in 0...limit - 4 where bytes[index] == 13 {
            if bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 { return index }
        }
        return nil
    }

    /// What the server makes of a key, to show that it understood (RFC 6455 §4.2.2).
    static func accept(of key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        starling_sha1(text, text.count, &digest)
        return Base64.encode(digest)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
