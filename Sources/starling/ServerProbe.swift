import Foundation
import NetworkDriver
import Scenario

/// Asks a server over HTTP what it speaks: one request for each dialect that answers one.
struct ServerProbe {
    /// How long one request may take, and how much of its answer is read.
    private static let patience = 2
    private static let longestAnswer = 4096

    private let url: SignalingURL

    init(_ url: SignalingURL) {
        self.url = url
    }

    /// `nil` where no answer is known.
    var dialect: Scenario.Target.SignalingProtocol? {
        // What an Engine.IO server of protocol 4 says first.
        if get("/socket.io/?EIO=4&transport=polling")?.contains(#"0{"sid""#) == true { return .socketio }
        if get("/")?.contains("PeerJS") == true || get("/peerjs/id")?.contains("200") == true { return .peerjs }
        return nil
    }

    /// - Returns: Head and body of the answer; `nil` where there was none.
    private func get(_ target: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(url.host, String(url.port), &hints, &found) == 0, let address = found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, address.pointee.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else { return nil }
        let request = Array("GET \(target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.longestAnswer)
        while answer.count < Self.longestAnswer {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return answer.isEmpty ? nil : String(decoding: answer, as: UTF8.self)
    }
}
